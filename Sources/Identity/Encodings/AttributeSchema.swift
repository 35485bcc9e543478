/// The attributes that a store understands, and the fields of an encoding that they fill.
///
/// The standard ones bear the names of vCard and schema.org in snake case. Several attributes may fill one field: a full
/// name the three names, three parts a date, latitude and longitude a place.
package struct AttributeSchema: Hashable, Sendable {
    /// What is compared.
    package struct Field: Hashable, Sendable {
        package var name: String
        package var kind: AttributeKind
        /// Fields with one hash namespace have tokens in common: a given name may stand where the family name should.
        var namespace: String
    }

    /// What an attribute does for its field.
    enum Role: Hashable, Sendable {
        case whole, year, month, day, latitude, longitude
        /// Fills given, additional and family name where they are not given apart.
        case fullName
    }

    struct Attribute: Hashable, Sendable {
        var name: String
        var field: FieldID
        var role: Role
    }

    /// Most fields: their presence is a mask of 64 bits.
    package static let fieldLimit = 64

    /// By `FieldID`.
    package private(set) var fields: [Field]
    private(set) var attributes: [Attribute]
    private var indices: [String: Int] = [:]

    /// The standard attributes alone.
    package static let standard = AttributeSchema()

    private init() {
        let fields = Self.standardFields.map { Field(name: $0.0, kind: $0.1, namespace: $0.2) }
        self.fields = fields
        attributes = fields.indices.compactMap { index in
            fields[index].kind == .place
                ? nil : Attribute(name: fields[index].name, field: FieldID(UInt8(index)), role: .whole)
        }
        attributes += Self.standardParts.map { Attribute(name: $0.0, field: $0.1, role: $0.2) }
        index()
    }

    /// The standard attributes and configured ones, in the order of their names whatever the order given.
    package init(configured: [(name: String, kind: AttributeKind)]) throws(Refusal) {
        self.init()
        for (name, kind) in configured.sorted(by: { $0.name < $1.name }) {
            guard indices[name] == nil else {
                throw Refusal(
                    reason: .duplicateField, field: "attributes",
                    advice: "an attribute is declared once, and not under the name of a standard one")
            }
            guard fields.count < Self.fieldLimit else {
                throw Refusal(
                    reason: .tooLarge, field: "attributes",
                    advice: "declare at most \(Self.fieldLimit - Self.standardFields.count) attributes")
            }
            attributes.append(Attribute(name: name, field: FieldID(UInt8(fields.count)), role: .whole))
            fields.append(Field(name: name, kind: kind, namespace: "attribute/\(name)"))
            index()
        }
    }

    private mutating func index() {
        indices = Dictionary(uniqueKeysWithValues: attributes.enumerated().map { ($1.name, $0) })
    }

    /// Where an attribute stands in `attributes`; nil for one that is not known.
    func index(of name: String) -> Int? { indices[name] }

    /// The names of all attributes, in order.
    package var names: [String] { attributes.map(\.name).sorted() }

    /// The field of a name; nil where there is none.
    package func field(named name: String) -> FieldID? {
        fields.firstIndex { $0.name == name }.map { FieldID(UInt8($0)) }
    }

    package subscript(_ field: FieldID) -> Field { fields[Int(field.rawValue)] }

    // In the order of the constants of `FieldID`.
    private static let standardFields: [(String, AttributeKind, String)] = [
        ("given_name", .name, "name"), ("additional_name", .name, "name"), ("family_name", .name, "name"),
        ("birth_date", .date, "birth_date"), ("gender", .category, "gender"),
        ("street_address", .text, "street_address"), ("house_number", .code, "house_number"), ("unit", .text, "unit"),
        ("locality", .text, "locality"), ("region", .code, "region"), ("postal_code", .code, "postal_code"),
        ("country", .category, "country"), ("national_id", .code, "national_id"),
        ("organization", .text, "organization"), ("ip", .network, "ip"), ("user_agent", .userAgent, "user_agent"),
        ("screen", .screen, "screen"), ("time_zone", .category, "time_zone"), ("language", .language, "language"),
        ("place", .place, "place"), ("hours_of_week", .hours, "hours_of_week"),
        ("honorific_suffix", .category, "honorific_suffix"),
    ]

    private static let standardParts: [(String, FieldID, Role)] = [
        ("full_name", .familyName, .fullName), ("birth_year", .birthDate, .year), ("birth_month", .birthDate, .month),
        ("birth_day", .birthDate, .day), ("latitude", .place, .latitude), ("longitude", .place, .longitude),
    ]
}
