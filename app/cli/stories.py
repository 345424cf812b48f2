"""What the people of the demo data are called and say."""

# Each line: whether the customer says it, and the words.
Talk = tuple[tuple[bool, str], ...]

CUSTOMERS = (
    "Grace Hall",
    "يوسف العلي",
    "Priya Kulkarni",
    "Tomasz Szymański-Wiśniewski",
    "Wolfeschlegelsteinhausenbergerdorff Junior",
    "נועה לוי",
    "Sofía Fernández",
    "陳怡君",
    "Oluwaseun Adeyemi",
    "Ingrid Bjørnsdóttir",
    "Nguyễn Thị Minh",
    "Emma Clarke",
    "Luca Moretti",
    "Hannah Schmidt",
    "Mateus Oliveira",
    "Αλέξανδρος Παπαδόπουλος",
    "Ирина Соколова",
    "Jack O'Brien",
    "Aiko Tanaka",
    "Chloé Dubois",
    "Samir Haddad",
    "Zoë van der Meer",
    "Kwame Mensah",
    "Isabella Rossi",
    "Noah Williams",
    "Fatima Zahra",
    "Erik Johansson",
    "Leila Karimi",
    "Dmitri Volkov",
    "Amara Nwosu",
    "Jonas Becker",
    "Mia Andersson",
    "Ravi Patel",
    "Clara Silva",
    "Owen Davies",
    "Hye-jin Park",
    "Felix Wagner",
    "Nadia Popescu",
    "Theo Martin",
    "Yara Costa",
)
CHAIRS = (
    "Hi! I ordered two chairs on Saturday, but the confirmation says one.",
    "Order 48213. Can I still change it?",
    "Hello Lena, Ana here. I can see it: the second chair dropped out when the voucher was "
    "applied. I am adding it back at the same price.",
    "That would be wonderful 🙏",
    "Done. You will get a new confirmation in a minute, and both chairs leave on Thursday.",
)
LAMP: Talk = (
    (True, "The reading lamp hums when it is on. Can I send it back?"),
    (False, "Of course. I have sent a return label to your address."),
    (True, "That was quick. Thank you!"),
)
VOUCHER: Talk = (
    (True, "My voucher is not accepted at the checkout."),
    (False, "It works from 50 euros on. Your basket is at 48."),
    (True, "Ah, I see. A cushion it is, then."),
)
ARABIC = ("مرحبا، طلبي رقم 47310.", "هل يمكنني تغيير عنوان التسليم؟")
WAITING = (
    ("Good morning! Do you deliver to the islands?",),
    (
        "Hello, is somebody there?",
        "Where is my parcel? Tracking has not moved since Monday.",
        "It is a birthday present for Sunday.",
    ),
)
TALKS: tuple[Talk, ...] = (
    (
        (True, "Is the oak table solid or veneer?"),
        (False, "Solid oak, oiled. The underside shows the grain best, if you visit the shop."),
        (True, "Perfect, thank you!"),
    ),
    (
        (True, "Hello, I would like to cancel order 47 990."),
        (False, "It has not left yet, so that works. Shall I cancel all three items?"),
        (True, "Only the shelf, please."),
        (False, "Done. The money is on its way and takes two to three days."),
    ),
    (
        (True, "The drawer came with a scratch on the front."),
        (False, "I am sorry. May I send you a new front? It swaps with two screws."),
        (True, "Yes, that would be fine."),
        (False, "It leaves tomorrow."),
        (True, "Great service 👍"),
    ),
    (
        (True, "Can I pay by invoice?"),
        (False, "From the second order on, yes. You will see it at the checkout."),
    ),
    (
        (True, "Guten Tag, liefern Sie auch nach Österreich?"),
        (False, "Ja, in drei bis fünf Tagen. Der Versand kostet 9 Euro."),
        (True, "Danke!"),
    ),
    (
        (True, "I have moved. How do I change my address?"),
        (False, "I can do it for you. What is the new one?"),
        (True, "12 Harbour Row, Bristol"),
        (False, "Changed. Your open order goes there too."),
        (True, "Thanks!"),
    ),
    (
        (True, "Which oil do you recommend for the chairs?"),
        (False, "A hard wax oil, thinly, once a year. We have one in the shop."),
        (True, "And for outdoors?"),
        (False, "Then a teak oil, twice a year."),
    ),
)
GOODBYE = "You are welcome. Write again whenever something is on your mind."
SMALL_TALK = (
    "Could you send me the measurements again?",
    "Here they are: 180 by 90, and 74 high.",
    "And in walnut?",
    "Walnut takes four weeks at the moment.",
    "I think I will take six chairs.",
    "Good choice, they go well with it.",
    "What about the lamp above the table?",
    "The cable is 1.5 metres long, you can shorten it.",
    "Let me measure and come back to you.",
    "Take your time, I am here until six.",
    "👍",
    "That fits!",
)
