import Identity
import Testing

@Suite struct ConfigurationTests {
    @Test func builtInHasTheCommerceNamespacesSorted() {
        let names = Configuration.builtIn.namespaces.map(\.name)
        #expect(
            names == [
                "cookie", "customer_id", "device_id", "email", "login", "loyalty_id", "payment_token", "phone",
                "record",
                "session",
            ])
        #expect(Configuration.builtIn.namespace(named: "email")?.strength == 700)
        #expect(Configuration.builtIn.namespace(named: "cookie")?.timeToLiveHours == 9_504)
        #expect(Configuration.builtIn.namespace(named: "record")?.kind == .record)
        #expect(Configuration.builtIn.namespace(named: "nosuch") == nil)
    }

    @Test func everyBuiltInPolicyIsWithinItsRanges() {
        for policy in Configuration.builtIn.namespaces {
            for limit in [policy.hubLimit, policy.fanLimit, policy.recordLimit, policy.strength] {
                #expect((1...1_000).contains(limit), "\(policy.name)")
            }
        }
    }

    @Test(arguments: ["", "# a comment\n", "limits: {}\n", "namespaces: {}\n"])
    func aFileThatSaysNothingIsTheBuiltIn(yaml: String) throws {
        #expect(try Configuration(yaml: yaml, file: "f") == .builtIn)
    }

    @Test func aNamespaceOverridesOnlyTheFieldsThatItGives() throws {
        let configuration = try Configuration(
            yaml: "namespaces:\n  email:\n    hub_limit: 8\n    time_to_live: 12h\n", file: "f")
        var expected = try #require(Configuration.builtIn.namespace(named: "email"))
        expected.hubLimit = 8
        expected.timeToLiveHours = 12
        #expect(configuration.namespace(named: "email") == expected)
        #expect(configuration.namespaces.count == Configuration.builtIn.namespaces.count)
    }

    @Test func namespacesAreAddedAndRemoved() throws {
        let configuration = try Configuration(
            yaml: """
                namespaces:
                  remove: [session, cookie]
                  soc_sec_id: {strength: 850, class: person, unique_per_profile: true, normaliser: code}
                """, file: "f")
        #expect(configuration.namespace(named: "session") == nil)
        let added = try #require(configuration.namespace(named: "soc_sec_id"))
        #expect(added.uniquePerProfile == .always)
        #expect(added.normaliser == .code)
        #expect(configuration.namespaces.map(\.name) == configuration.namespaces.map(\.name).sorted())
    }

    @Test func undeclaredSourcesTakeTheDefaultsUnlessRefused() throws {
        let open = try Configuration(
            yaml: "default_source: {party: third, default_region: DE}\nsources:\n  web: {party: zero}\n", file: "f")
        #expect(open.source(named: "other")?.party == .third)
        #expect(open.source(named: "other")?.name == "other")
        #expect(open.source(named: "web")?.party == .zero)
        #expect(open.source(named: "web")?.defaultRegion == "DE")
        let closed = try Configuration(yaml: "undeclared_sources: refuse\nsources: {web: {}}\n", file: "f")
        #expect(closed.source(named: "web") != nil)
        #expect(closed.source(named: "other") == nil)
    }

    @Test(arguments: ["", "a b", "a/b", "é", "\u{212A}", String(repeating: "x", count: 65), "a\0"])
    func aSourceNameOutsideItsAlphabetIsUnknown(name: String) throws {
        #expect(Configuration.builtIn.source(named: name) == nil)
        #expect(try Configuration(yaml: "sources: {K: {}}", file: "f").source(named: name) == nil)
    }

    @Test func canonicalTextReadsBackToTheSame() throws {
        let configurations = [
            Configuration.builtIn,
            try Configuration(yaml: Self.everything, file: "f"),
            try Configuration(yaml: "built_in: none\n", file: "f"),
        ]
        for configuration in configurations {
            let text = configuration.canonicalText
            let again = try Configuration(yaml: text, file: "canonical")
            #expect(again == configuration)
            #expect(again.canonicalText == text)
            #expect(again.hash == configuration.hash)
        }
        #expect(Set(configurations.map(\.hash)).count == configurations.count)
    }

    @Test func differencesNameThePathAndBothValues() throws {
        let changed = try Configuration(
            yaml: "namespaces: {email: {hub_limit: 8}, remove: [session]}\nplaceholders: {add: [Nobody]}\n", file: "f")
        let lines = changed.differences(from: .builtIn)
        #expect(lines.contains("namespaces.email.hub_limit: 10 -> 8"))
        #expect(lines.contains("namespaces.session.class: session -> absent"))
        #expect(lines.contains("placeholders.\"nobody\": absent -> present"))
        #expect(Configuration.builtIn.differences(from: .builtIn).isEmpty)
    }

    private static let everything = """
        purposes: [service, ads]
        undeclared_sources: refuse
        default_source: {party: second, default_region: US, purposes: [service]}
        sources:
          "no": {party: third, purposes: [ads, service]}
          1.5: {default_region: none}
        namespaces:
          remove: [session]
          passport: {strength: 999, class: person, hub_limit: 1, fan_limit: 1000, record_limit: 2, time_to_live: never}
        placeholders:
          add: ["N.V.T.", "кто-то", "a\\"b\\\\c", "\\ttabbed"]
          remove: [test]
        limits: {profile_identifiers: 100, map_bytes: 16_777_216}
        """
}
