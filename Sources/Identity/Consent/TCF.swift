/// A purpose or feature of the IAB Europe Transparency and Consent Framework, version 2.2 (Policies, Appendix A).
package enum TCFName: Hashable, Sendable, Comparable {
    /// 1 to 11.
    case purpose(Int)
    /// 1 to 3: matched and combined offline data; linked devices; device identification.
    case feature(Int)
    /// 1 to 3: security and fraud; delivery; privacy choices. Nobody is asked for them.
    case specialPurpose(Int)
    /// 1 to 2: precise location; scanned device characteristics.
    case specialFeature(Int)

    /// Reads `purpose_4`, `feature_2`, `special_purpose_1`, `special_feature_1`; nil where there is none of that number.
    package init?(_ text: String) {
        guard let mark = text.lastIndex(of: "_"), let number = Int(text[text.index(after: mark)...]) else { return nil }
        guard let made = Self.make(String(text[..<mark]), number), made.description == text else { return nil }
        self = made
    }

    private static func make(_ kind: String, _ number: Int) -> TCFName? {
        guard let names = names[kind], (1...names.count).contains(number) else { return nil }
        switch kind {
        case "purpose": return .purpose(number)
        case "feature": return .feature(number)
        case "special_purpose": return .specialPurpose(number)
        default: return .specialFeature(number)
        }
    }

    /// The framework's own name.
    package var title: String { Self.names[kindAndNumber.0]?[kindAndNumber.1 - 1] ?? "" }

    private var kindAndNumber: (String, Int) {
        switch self {
        case .purpose(let number): ("purpose", number)
        case .feature(let number): ("feature", number)
        case .specialPurpose(let number): ("special_purpose", number)
        case .specialFeature(let number): ("special_feature", number)
        }
    }

    package static func < (left: TCFName, right: TCFName) -> Bool { left.kindAndNumber < right.kindAndNumber }

    private static let names: [String: [String]] = [
        "purpose": [
            "Store and/or access information on a device", "Use limited data to select advertising",
            "Create profiles for personalised advertising", "Use profiles to select personalised advertising",
            "Create profiles to personalise content", "Use profiles to select personalised content",
            "Measure advertising performance", "Measure content performance",
            "Understand audiences through statistics or combinations of data from different sources",
            "Develop and improve services", "Use limited data to select content",
        ],
        "special_purpose": [
            "Ensure security, prevent and detect fraud, and fix errors", "Deliver and present advertising and content",
            "Save and communicate privacy choices",
        ],
        "feature": [
            "Match and combine data from other data sources", "Link different devices",
            "Identify devices based on information transmitted automatically",
        ],
        "special_feature": [
            "Use precise geolocation data", "Actively scan device characteristics for identification",
        ],
    ]
}

extension TCFName: CustomStringConvertible {
    package var description: String { "\(kindAndNumber.0)_\(kindAndNumber.1)" }
}
