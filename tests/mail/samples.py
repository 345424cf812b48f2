"""Mails as programs write them: replies to a mail of the desk, in the forms and languages of each.

`HERE` stands for the address that a reply goes to. Each of `REPLIES` has what was written in it.
"""

from email.message import EmailMessage
from typing import NamedTuple

HERE = "reply+here@desk.example.com"
LENA = "Lena Brandt <customer@example.com>"


class Sample(NamedTuple):
    name: str
    headers: str
    body: str
    written: str
    charset: str = "utf-8"


def mail(
    body: str | bytes,
    headers: str = "",
    *,
    to: str = HERE,
    sender: str = LENA,
    message_id: str | None = "<CAF-1@mail.example.com>",
    charset: str = "utf-8",
) -> bytes:
    """The bytes of a mail; without a `Content-Type` it is plain text in UTF-8."""
    lines = [f"From: {sender}", f"To: Desk <{to}>", "Subject: Re: Your question"]
    lines.append("Date: Tue, 3 Nov 2026 11:12:13 +0100")
    lines += [f"Message-ID: {message_id}"] if message_id else []
    lines += headers.strip().splitlines()
    if "content-type:" not in headers.lower():
        lines += ["Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: 8bit"]
    head = "\n".join(["MIME-Version: 1.0", *lines])
    content = body if isinstance(body, bytes) else body.encode(charset)
    return f"{head}\n\n".encode().replace(b"\n", b"\r\n") + content.replace(b"\n", b"\r\n")


def with_files(text: str, *files: tuple[str, bytes], to: str = HERE, sender: str = LENA) -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Message-ID"] = sender, to, "<files@mail.example.com>"
    message.set_content(text)
    for name, content in files:
        message.add_attachment(content, maintype="application", subtype="pdf", filename=name)
    return message.as_bytes()


HTML = "Content-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: 8bit"
FLOWED = "Content-Type: text/plain; charset=utf-8; format=flowed"

GMAIL_EN = """Yes, the blue one please.

And when will it arrive?

On Tue, Nov 3, 2026 at 10:00 AM Northwind Chairs <
reply+here@desk.example.com> wrote:

> Hello Lena,
>
> which one do you want?
>
> --
> Northwind Chairs
"""
GMAIL_DE = """Guten Tag,

den blauen bitte. Größe: 3

Am Di., 3. Nov. 2026 um 10:00 Uhr schrieb Northwind Chairs <
reply+here@desk.example.com>:

> Welchen möchten Sie?
"""
GMAIL_FR = """Le bleu, s'il vous plaît.

Le mar. 3 nov. 2026 à 10:00, Northwind Chairs <reply+here@desk.example.com>
a écrit :

> Lequel voulez-vous ?
"""
GMAIL_ES = """El azul, por favor.

El mar, 3 nov 2026 a las 10:00, Northwind Chairs (<
reply+here@desk.example.com>) escribió:

> ¿Cuál quiere?
"""
GMAIL_AR = """الأزرق من فضلك.

‫في الثلاثاء، 3 نوفمبر 2026 في 10:00 ص تمت كتابة ما يلي بواسطة ‪Northwind Chairs‬‏ <‪
reply+here@desk.example.com‬‏>:‬

> أي واحد تريدين؟
"""
GMAIL_JA = """青いのをお願いします。

2026年11月3日(火) 10:00 Northwind Chairs <reply+here@desk.example.com>:

> どちらにしますか?
"""
APPLE_EN = """The blue one.

Sent from my iPhone

> On 3 Nov 2026, at 10:00, Northwind Chairs <reply+here@desk.example.com> wrote:
>
> \ufeffWhich one do you want?
"""
APPLE_DE = """Den blauen.

Von meinem iPhone gesendet

> Am 03.11.2026 um 10:00 schrieb Northwind Chairs <reply+here@desk.example.com>:
>
> Welchen?
"""
APPLE_FR = """Le bleu.

Envoyé de mon iPhone

> Le 3 nov. 2026 à 10:00, Northwind Chairs <reply+here@desk.example.com> a écrit :
> Lequel ?
"""
APPLE_AR = """الأزرق.

أرسلت من الـ iPhone

> في ٣ نوفمبر ٢٠٢٦، الساعة ١٠:٠٠ ص، كتب/كتبت Northwind Chairs <reply+here@desk.example.com>:
> أي واحد؟
"""
THUNDERBIRD_BELOW = """Am 03.11.26 um 10:00 schrieb Northwind Chairs:
> Hallo Lena,
> welchen möchten Sie?

Den blauen, bitte.

> Und wann?

Morgen.

-- 
Lena Brandt
Hauptstraße 1
"""
OUTLOOK_EN = """The blue one.

Best regards,
Lena

________________________________
From: Northwind Chairs <reply+here@desk.example.com>
Sent: Tuesday, November 3, 2026 10:00 AM
To: Lena Brandt <customer@example.com>
Subject: Your question

Which one do you want?
"""
OUTLOOK_DE = """Den blauen.

Von: Northwind Chairs <reply+here@desk.example.com>
Gesendet: Dienstag, 3. November 2026 10:00
An: Lena Brandt <customer@example.com>
Betreff: Ihre Frage

Welchen möchten Sie?
"""
OUTLOOK_FR = """Le bleu.

De : Northwind Chairs <reply+here@desk.example.com>
Envoyé : mardi 3 novembre 2026 10:00
À : Lena Brandt <customer@example.com>
Objet : Votre question

Lequel ?
"""
OUTLOOK_ES = """El azul.

De: Northwind Chairs <reply+here@desk.example.com>
Enviado: martes, 3 de noviembre de 2026 10:00
Para: Lena Brandt <customer@example.com>
Asunto: Su pregunta

¿Cuál?
"""
OUTLOOK_AR = """الأزرق.

________________________________
من: Northwind Chairs <reply+here@desk.example.com>
‏‏تم الإرسال: 03/نوفمبر/2026 10:00 ص
إلى: Lena Brandt <customer@example.com>
الموضوع: سؤالك

أي واحد؟
"""
OUTLOOK_MAC = """The blue one.

On 03/11/2026, 10:00, "Northwind Chairs" <reply+here@desk.example.com> wrote:

    Which one do you want?

    Northwind Chairs
"""
OLD_OUTLOOK = """Den blauen.

-----Ursprüngliche Nachricht-----
Von: Northwind Chairs [mailto:reply+here@desk.example.com]
Gesendet: Dienstag, 3. November 2026 10:00
An: Lena Brandt
Betreff: Ihre Frage

Welchen?
"""
YAHOO = """The blue one.

    On Tuesday, November 3, 2026 at 10:00:00 AM GMT+1, Northwind Chairs <reply+here@desk.example.com> wrote:

 Which one do you want?
"""
# What a careless knife would cut.
KEPT = """Thanks,
that worked. But:

- the blue one
- the red one

On Monday I wrote:
it is broken.

From: Berlin
To: Paris

Best regards matter to me. Date: 3 May
"""
GMAIL_HTML = """<div dir="ltr"><div>The blue one &amp; the <b>red</b> one.</div><div><br></div>
<div>See <a href="https://shop.example.com/chairs?id=3">this page</a></div><script>alert(1)</script>
<style>p { color: red }</style></div><br><div class="gmail_quote gmail_quote_container">
<div dir="ltr" class="gmail_attr">On Tue, Nov 3, 2026 at 10:00 AM Northwind Chairs &lt;<a
href="mailto:reply%2Bhere@desk.example.com">reply+here@desk.example.com</a>&gt; wrote:<br></div>
<blockquote class="gmail_quote" style="margin:0"><p>Which one?</p><ul><li>blue</li></ul></blockquote></div>"""
OUTLOOK_HTML = """<html><head><title>Re</title><style>p.MsoNormal{margin:0}</style></head><body>
<div class="elementToProof">Den blauen.</div><div class="elementToProof"><br></div>
<div class="elementToProof">Danke!</div><div id="appendonsend"></div>
<hr style="display:inline-block;width:98%"><div id="divRplyFwdMsg" dir="ltr"><font><b>Von:</b>
Northwind Chairs<br><b>Gesendet:</b> Dienstag<br><b>An:</b> Lena</font></div>
<div><p>Welchen?</p></div></body></html>"""
APPLE_HTML = """<html><body>Le bleu.<br><br><div><blockquote type="cite"><div>Le 3 nov. 2026 &agrave; 10:00,
Northwind Chairs &lt;reply+here@desk.example.com&gt; a &eacute;crit :</div><br><div>Lequel ?</div>
</blockquote></div><br>Et merci.</body></html>"""
FLOWED_BODY = """This is a long line that the program has broken for the \nway alone, and here it ends.
 > this is no quote, it was moved by one

On 03/11/2026 10:00, Northwind Chairs wrote:
> Which one
> do you want?
"""
ALTERNATIVE = """--b1
Content-Type: text/plain; charset="utf-8"
Content-Transfer-Encoding: quoted-printable

Den gr=C3=BCnen, nicht den blauen. Das ist eine lange Zeile, die der Kodierung =
wegen umbrochen ist.

> alt

--b1
Content-Type: text/html; charset="utf-8"
Content-Transfer-Encoding: base64

PGI+SFRNTDwvYj4=

--b1--
"""
APPLE_PARTS = """--b1
Content-Type: text/plain; charset=us-ascii

Before the picture.
--b1
Content-Type: image/jpeg; name="IMG_1.jpg"
Content-Disposition: inline; filename="IMG_1.jpg"
Content-Transfer-Encoding: base64

/9j/4AAQ
--b1
Content-Type: text/plain; charset=us-ascii

After the picture.
--b1--
"""
MIXED = 'Content-Type: multipart/mixed; boundary="b1"'
EIGHT_BIT = "Content-Transfer-Encoding: 8bit"
LATIN = f"Content-Type: text/plain; charset=iso-8859-1\n{EIGHT_BIT}"
LIES = f"Content-Type: text/plain; charset=us-ascii\n{EIGHT_BIT}"
NONSENSE = f"Content-Type: text/plain; charset=x-klingon\n{EIGHT_BIT}"
JAPANESE = "Content-Type: text/plain; charset=iso-2022-jp"
BASE64 = "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64"

REPLIES = (
    Sample("gmail, en", "", GMAIL_EN, "Yes, the blue one please.\n\nAnd when will it arrive?"),
    Sample("gmail, de", "", GMAIL_DE, "Guten Tag,\n\nden blauen bitte. Größe: 3"),
    Sample("gmail, fr", "", GMAIL_FR, "Le bleu, s'il vous plaît."),
    Sample("gmail, es", "", GMAIL_ES, "El azul, por favor."),
    Sample("gmail, ar", "", GMAIL_AR, "الأزرق من فضلك."),
    Sample("gmail, ja", "", GMAIL_JA, "青いのをお願いします。"),
    Sample("apple, en", "", APPLE_EN, "The blue one."),
    Sample("apple, de", "", APPLE_DE, "Den blauen."),
    Sample("apple, fr", "", APPLE_FR, "Le bleu."),
    Sample("apple, ar", "", APPLE_AR, "الأزرق."),
    Sample("thunderbird, below", "", THUNDERBIRD_BELOW, "Den blauen, bitte.\n\nMorgen."),
    Sample("outlook, en", "", OUTLOOK_EN, "The blue one.\n\nBest regards,\nLena"),
    Sample("outlook, de", "", OUTLOOK_DE, "Den blauen."),
    Sample("outlook, fr", "", OUTLOOK_FR, "Le bleu."),
    Sample("outlook, es", "", OUTLOOK_ES, "El azul."),
    Sample("outlook, ar", "", OUTLOOK_AR, "الأزرق."),
    Sample("outlook on a mac", "", OUTLOOK_MAC, "The blue one."),
    Sample("old outlook", "", OLD_OUTLOOK, "Den blauen."),
    Sample("yahoo", "", YAHOO, "The blue one."),
    Sample("nothing quoted", "", KEPT, KEPT.strip()),
    Sample("directly above", "", "Yes.\n" + GMAIL_EN.split("\n\n")[2] + "\n> Which?", "Yes."),
    Sample("gmail, html", HTML, GMAIL_HTML, "The blue one & the red one.\n\nSee this page"
           " (https://shop.example.com/chairs?id=3)"),
    Sample("outlook, html", HTML, OUTLOOK_HTML, "Den blauen.\n\nDanke!"),
    Sample("apple, html", HTML, APPLE_HTML, "Le bleu.\n\nEt merci."),
    Sample("flowed", FLOWED, FLOWED_BODY, "This is a long line that the program has broken for the"
           " way alone, and here it ends.\n > this is no quote, it was moved by one"),
    Sample("alternative", MIXED.replace("mixed", "alternative"), ALTERNATIVE, "Den grünen, nicht den"
           " blauen. Das ist eine lange Zeile, die der Kodierung wegen umbrochen ist."),
    Sample("apple's parts", MIXED, APPLE_PARTS, "Before the picture.\nAfter the picture."),
    Sample("latin", LATIN, "Größe 3", "Größe 3", "iso-8859-1"),
    Sample("utf-8 that says latin", LATIN, "Größe 3", "Größe 3"),
    Sample("utf-8 that says ascii", LIES, "مرحبا", "مرحبا"),
    Sample("windows that says ascii", LIES, "“Größe” 3 €", "“Größe” 3 €", "windows-1252"),
    Sample("a charset that is none", NONSENSE, "Größe", "Größe"),
    Sample("japanese", JAPANESE, "青い", "青い", "iso-2022-jp"),
    Sample("base64", BASE64, "R3LDtsOfZSAzCg==", "Größe 3"),
)  # fmt: skip
