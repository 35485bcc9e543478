/// The kinds of identifier that the traffic bears, named as the built-in configuration names them.
enum Namespace: UInt8, CaseIterable {
    case email, phone, loyaltyID, customerID, login, deviceID, cookie, session, paymentToken

    var name: String {
        switch self {
        case .email: "email"
        case .phone: "phone"
        case .loyaltyID: "loyalty_id"
        case .customerID: "customer_id"
        case .login: "login"
        case .deviceID: "device_id"
        case .cookie: "cookie"
        case .session: "session"
        case .paymentToken: "payment_token"
        }
    }

    /// A session whose profile holds one of these, truly its person's, can be addressed.
    var addresses: Bool {
        switch self {
        case .email, .phone, .loyaltyID, .login: true
        default: false
        }
    }
}

/// Who reports an observation.
enum Source: String {
    case web, app, pos, callcentre, email, crm
}

/// What an observation tells of beside its identifiers.
enum Payload: UInt8 {
    case none
    case entry, bannerGranted, bannerDenied
    case view
    case signUp, withdrawal
    case order, returned
    case record
}

/// Milliseconds of the calendar.
enum Calendar {
    /// 2026-01-05T00:00:00Z, a Monday.
    static let start: Int64 = 1_767_571_200_000
    static let second: Int64 = 1000
    static let hour: Int64 = 3_600_000
    static let day: Int64 = 86_400_000
}
