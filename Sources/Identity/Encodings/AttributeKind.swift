/// What an attribute is like, and so how it is encoded and compared.
package enum AttributeKind: UInt8, Hashable, Sendable, CaseIterable {
    /// A person's name: short, mistyped, put in the wrong field.
    case name = 0
    /// Text of some words: a street, a town, an organisation.
    case text = 1
    /// Letters and digits of which each counts: a number, a postal code.
    case code = 2
    /// One of a few values: equal or not.
    case category = 3
    /// A day, whole or in parts.
    case date = 4
    /// A place on the earth: degrees of latitude and longitude.
    case place = 5
    /// An IP address and the networks that it lies in.
    case network = 6
    /// A browser's User-Agent.
    case userAgent = 7
    /// A screen: width and height, whichever way it is held.
    case screen = 8
    /// A BCP 47 tag.
    case language = 9
    /// A histogram over the 168 hours of the week.
    case hours = 10

    /// As it is written in a configuration.
    package var name: String {
        switch self {
        case .name: "name"
        case .text: "text"
        case .code: "code"
        case .category: "category"
        case .date: "date"
        case .place: "place"
        case .network: "network"
        case .userAgent: "user_agent"
        case .screen: "screen"
        case .language: "language"
        case .hours: "hours"
        }
    }

    /// How its tokens lie in an encoding.
    package var shape: FieldShape {
        switch self {
        case .name, .text, .code: .likeness
        case .category, .screen: .category
        case .date: .date
        case .place: .cells
        case .network, .userAgent, .language: .ladder
        case .hours: .set
        }
    }
}

/// How the tokens of one field lie in an encoding (drawn above `RecordEncoding`).
package enum FieldShape: Hashable, Sendable {
    case likeness, category, date, cells, ladder, set
}

/// A field's number in a schema. The numbers of the standard fields never change; those of configured ones follow.
package struct FieldID: Hashable, Comparable, Sendable {
    package var rawValue: UInt8

    @inlinable
    package init(_ rawValue: UInt8) { self.rawValue = rawValue }

    @inlinable
    package static func == (left: FieldID, right: FieldID) -> Bool { left.rawValue == right.rawValue }

    @inlinable
    package static func < (left: FieldID, right: FieldID) -> Bool { left.rawValue < right.rawValue }

    package static let givenName = FieldID(0)
    package static let additionalName = FieldID(1)
    package static let familyName = FieldID(2)
    package static let birthDate = FieldID(3)
    package static let gender = FieldID(4)
    package static let streetAddress = FieldID(5)
    package static let houseNumber = FieldID(6)
    package static let unit = FieldID(7)
    package static let locality = FieldID(8)
    package static let region = FieldID(9)
    package static let postalCode = FieldID(10)
    package static let country = FieldID(11)
    package static let nationalID = FieldID(12)
    package static let organization = FieldID(13)
    package static let ip = FieldID(14)
    package static let userAgent = FieldID(15)
    package static let screen = FieldID(16)
    package static let timeZone = FieldID(17)
    package static let language = FieldID(18)
    package static let place = FieldID(19)
    package static let hoursOfWeek = FieldID(20)
    package static let honorificSuffix = FieldID(21)
    /// Of devices alone, and of no schema: whether one's traffic ends where another's begins.
    package static let handOver = FieldID(63)
}
