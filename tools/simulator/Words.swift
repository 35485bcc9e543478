/// Names, streets and towns that people are made of.
enum Words {
    static let given = [
        "anna", "ben", "clara", "david", "emma", "felix", "greta", "hannah", "ivan", "julia", "karl", "lena", "marie",
        "noah", "olga", "paul", "rosa", "simon", "tilda", "uwe", "vera", "walter", "yusuf", "zoe", "amir", "bea",
        "chiara", "dario", "elif", "fatma", "giulia", "henri", "ines", "jonas", "katja", "louis", "mehmet", "nina",
        "oskar", "petra", "sara", "tom",
    ]
    static let family = [
        "schmidt", "mueller", "weber", "fischer", "wagner", "becker", "hoffmann", "koch", "richter", "klein", "wolf",
        "schroeder", "neumann", "schwarz", "braun", "krueger", "hartmann", "lange", "werner", "krause", "lehmann",
        "maier", "koehler", "herrmann", "koenig", "walter", "mayer", "huber", "kaiser", "fuchs", "peters", "lang",
        "scholz", "moeller", "weiss", "jung", "hahn", "vogel", "friedrich", "keller", "yilmaz", "demir", "rossi",
        "martin", "bernard", "dubois", "novak", "kowalski", "nowak", "silva", "garcia", "lopez", "ivanov", "popov",
    ]
    static let domains = [
        "gmail.com", "gmail.com", "gmail.com", "mail.example", "web.example", "post.example", "inbox.example",
        "outlook.example", "firma.example", "provider.example",
    ]
    static let streets = [
        "hauptstrasse", "schulweg", "gartenstrasse", "bahnhofstrasse", "lindenallee", "bergstrasse", "kirchgasse",
        "rosenweg", "am markt", "seestrasse", "waldweg", "muehlenstrasse",
    ]
    static let towns = [
        ("berlin", "10115"), ("hamburg", "20095"), ("muenchen", "80331"), ("koeln", "50667"), ("leipzig", "04109"),
        ("bremen", "28195"), ("dresden", "01067"), ("hannover", "30159"), ("mainz", "55116"), ("kiel", "24103"),
    ]
    static let categories = [
        "coats", "dresses", "shirts", "trousers", "knitwear", "shoes", "boots", "bags", "hats", "scarves", "belts",
        "socks", "underwear", "swimwear", "sportswear", "toys", "bedding", "towels", "curtains", "lamps", "tables",
        "kitchen", "garden", "cosmetics",
    ]

    /// E-mail addresses that people and clerks type when they have none to give; the last is in no public list.
    static let placeholders = ["test@test.com", "none@none.com", "noemail@shop.example"]
}
