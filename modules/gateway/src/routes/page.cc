#include <array>

#include "lake/gateway/routes.h"
#include "page_files.h"

namespace lake::gateway {
namespace {

/// The page may load its two files and ask this server, and nothing else; "data:" is its empty icon.
constexpr std::string_view kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// If-None-Match: a list of tags, weak ones too, or "*" (RFC 9110, section 13.1.2). No tag of ours is a part
/// of another.
bool HasAlready(const RequestHead& head, std::string_view etag) {
  const std::string_view known = head.Find("if-none-match");
  return known == "*" || known.find(etag) != std::string_view::npos;
}

Status Send(const PageFile& file, std::string_view content_type, const RequestHead& head,
            ResponseWriter& writer) {
  const bool known = HasAlready(head, file.etag);
  ResponseHead answer = {.status = known ? 304 : 200,
                         .content_type = known ? "" : std::string(content_type),
                         .headers = {{"ETag", std::string(file.etag)},
                                     {"Cache-Control", "no-cache"},
                                     {"Content-Security-Policy", std::string(kPolicy)},
                                     {"Referrer-Policy", "no-referrer"}}};
  LAKE_RETURN_IF_ERROR(writer.Start(std::move(answer)));
  if (!known) LAKE_RETURN_IF_ERROR(writer.Write(file.text));
  return writer.Finish({});
}

struct PageRoute {
  std::string_view path;
  std::string_view summary;
  std::string_view content_type;
  const PageFile& file;
};

}  // namespace

void AddPageRoutes(Api& api) {
  const std::array<PageRoute, 3> routes = {{
      {"/", "A page for people: datasets, SQL and its rows.", "text/html; charset=utf-8", kPageHtml},
      {"/ui.css", "The style of the page.", "text/css; charset=utf-8", kPageCss},
      {"/ui.js", "The script of the page.", "text/javascript; charset=utf-8", kPageScript},
  }};
  for (const PageRoute& route : routes) {
    const std::string type(route.content_type);
    const DocumentedAnswer page = {
        .status = 200, .description = std::string(route.summary), .media_type = type, .schema = nullptr};
    api.AddStream<Nothing>(
        {Method::kGet, route.path, route.summary, Permission::kPublic}, {.request = {}, .answers = {page}},
        [type, &file = route.file](const access::Request&, Nothing, const RequestHead& head,
                                   ResponseWriter& writer) { return Send(file, type, head, writer); });
  }
}

}  // namespace lake::gateway
