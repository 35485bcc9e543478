extension Configuration {
    /// The configuration for commerce: what a store has that was given no file.
    package static let builtIn = Configuration(
        namespaces: (commerceNamespaces + [recordPolicy]).sorted { $0.name < $1.name },
        sources: [],
        defaultSource: SourcePolicy(name: "", party: .first, defaultRegion: nil, purposes: nil),
        acceptsUndeclaredSources: true,
        purposes: PurposePolicy.builtIn,
        jurisdictions: JurisdictionPolicy.builtIn,
        homeJurisdiction: "GDPR",
        controller: "not stated",
        placeholders: builtInPlaceholders,
        limits: Limits())

    /// No namespace but `record`, no placeholder; the rest as built in.
    static let empty: Configuration = {
        var configuration = builtIn
        configuration.namespaces = [recordPolicy]
        configuration.placeholders = []
        return configuration
    }()

    /// Rows of sources' own tables: leaves, so no limit of theirs is ever reached.
    static let recordPolicy = NamespacePolicy(
        name: recordNamespace, strength: 1_000, kind: .record, uniquePerProfile: .none, hubLimit: 1_000,
        fanLimit: 1_000, recordLimit: 1_000, normaliser: .opaque, timeToLiveHours: nil)

    // The table to tune. Hub: counterparts within one namespace as strong or stronger, or both of class person; fan:
    // within one weaker; records: records that list the identifier.
    private static let commerceNamespaces: [NamespacePolicy] = [
        //  name           strength kind     unique     hub  fan  records  normaliser  days
        row("customer_id", 900, .person, .always, 20, 1_000, 50, .opaque, nil),
        row("login", 880, .person, .always, 20, 1_000, 50, .opaque, nil),
        row("loyalty_id", 800, .person, .none, 10, 300, 50, .opaque, nil),
        row("email", 700, .person, .weakLinks, 10, 200, 50, .email, nil),
        row("phone", 600, .person, .weakLinks, 5, 100, 20, .phone, nil),
        row("payment_token", 500, .person, .none, 5, 100, 20, .opaque, nil),
        row("device_id", 300, .device, .none, 5, 1_000, 20, .opaque, nil),
        row("cookie", 200, .device, .none, 9, 1_000, 20, .opaque, 396),
        row("session", 100, .session, .none, 3, 10, 20, .opaque, 396),
    ]

    private static func row(
        _ name: String, _ strength: Int, _ kind: NamespaceClass, _ unique: Uniqueness, _ hub: Int, _ fan: Int,
        _ records: Int, _ normaliser: Normaliser, _ days: Int32?
    ) -> NamespacePolicy {
        NamespacePolicy(
            name: name, strength: strength, kind: kind, uniquePerProfile: unique, hubLimit: hub, fanLimit: fan,
            recordLimit: records, normaliser: normaliser, timeToLiveHours: days.map { $0 * 24 })
    }

    /// What people and programs write where they have no value. An entry without `@` also stands for every e-mail address
    /// with that local part. Values of zeros alone, or without a letter or digit, are refused by rule, not by this list.
    private static let builtInPlaceholders: Set<String> = [
        "#n/a", "(none)", "(not set)", "(null)", "<null>", "[object object]", "anonymous", "anonymous user", "anon",
        "blank", "default", "deleted", "donotreply", "dummy", "empty", "false", "guest", "guest user", "invalid",
        "k.a.",
        "missing", "n.a.", "n/a", "na", "nan", "nil", "no email", "no phone", "no-email", "no-reply", "no_email",
        "noemail", "nomail", "none", "noreply", "not available", "not provided", "not set", "notprovided", "null",
        "optout", "redacted", "tbd", "test", "true", "unavailable", "undefined", "unknown", "unset", "xx", "xxx",
        "xxxx",
        "a@a.com", "a@b.com", "aa@aa.com", "abc@abc.com", "abc@gmail.com", "asdf@asdf.com", "email@email.com",
        "email@example.com", "example@example.com", "fake@fake.com", "foo@bar.com", "mail@mail.com", "me@me.com",
        "na@na.com", "name@domain.com", "no@email.com", "no@mail.com", "no@no.com", "x@x.com", "xx@xx.com",
        "xxx@xxx.com", "none@none.com", "null@null.com",
        "noemail@noemail.com", "noreply@noreply.com", "test@email.com", "test@example.com", "test@gmail.com",
        "test@mail.com", "test@test.com", "test@test.de", "test@test.net", "test@test.org", "unknown@unknown.com",
        "your@email.com", "you@example.com",
        // The advertising id of a phone whose owner opted out is all zeros; these are its other forms.
        "9774d56d682e549c",
    ]
}
