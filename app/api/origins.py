"""Which pages of other origins may call: those that the settings name, by token alone."""

from flask import Flask, Response, current_app, request

PATHS = ("/api/", "/auth/", "/chat/")
PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, POST, PUT, PATCH, DELETE",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Accept-Language",
    "Access-Control-Max-Age": "600",
}


def init_app(app: Flask) -> None:
    app.after_request(tell_origin)


def tell_origin(response: Response) -> Response:
    """Lets a named origin read the answer. Never with credentials: the cookie does not count."""
    if not current_app.config["ORIGINS"] or not request.path.startswith(PATHS):
        return response
    response.vary.add("Origin")
    origin = request.headers.get("Origin")
    if origin not in current_app.config["ORIGINS"]:
        return response
    response.headers["Access-Control-Allow-Origin"] = origin
    response.headers["Access-Control-Expose-Headers"] = "Retry-After, X-Request-Id, Allow"
    if request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers:
        response.headers.update(PREFLIGHT)
    return response
