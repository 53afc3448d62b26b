// The socket under a connection; nothing else names its type. TLS, where there is any, sits on it in
// client_stream.cc.
#pragma once

#include <boost/asio/ip/tcp.hpp>

namespace lake::gateway {

using Transport = boost::asio::ip::tcp::socket;

}  // namespace lake::gateway
