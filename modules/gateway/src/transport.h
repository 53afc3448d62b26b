// The byte stream under a connection. TLS replaces this alias; nothing else names a socket type.
#pragma once

#include <boost/asio/ip/tcp.hpp>

namespace lake::gateway {

using Transport = boost::asio::ip::tcp::socket;

}  // namespace lake::gateway
