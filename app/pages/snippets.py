"""The lines that put the chat onto a page, for plain HTML and for what makes pages elsewhere."""

from typing import NamedTuple

from flask_babel import gettext as _

from app.direction import isolated

HEAD = isolated("</head>")


class Snippet(NamedTuple):
    """`name` of what makes the page, `where` in it the `code` goes."""

    id: str
    name: str
    where: str
    code: str


def snippets(desk: str, key: str) -> list[Snippet]:
    """For a site's key; the first is plain HTML."""
    src = f"{desk}/widget.js"
    line = f'<script async src="{src}" data-site="{key}"></script>'
    return [
        Snippet("html", "HTML", _("Anywhere in the page, best before %(tag)s:", tag=HEAD), line),
        Snippet(
            "wordpress",
            "WordPress",
            _("At the end of %(file)s of your theme:", file=isolated("functions.php")),
            f"add_action('wp_head', fn () => print('{line}'));",
        ),
        Snippet("shopify", "Shopify", before_head("layout/theme.liquid"), line),
        Snippet(
            "next",
            "React, Next.js",
            _(
                "In %(file)s; without Next.js the line for HTML goes into %(page)s.",
                file=isolated("app/layout.tsx"),
                page=isolated("index.html"),
            ),
            f'import Script from "next/script";\n<Script src="{src}" data-site="{key}" />',
        ),
        Snippet("vue", "Vue", before_head("index.html"), line),
        Snippet("django", "Django", before_head("templates/base.html"), line),
        Snippet(
            "rails",
            "Rails",
            before_head("app/views/layouts/application.html.erb"),
            f'<%= javascript_include_tag "{src}", async: true, data: {{ site: "{key}" }} %>',
        ),
    ]


def before_head(file: str) -> str:
    return str(_("Before %(tag)s in %(file)s:", tag=HEAD, file=isolated(file)))
