import Identity
import Testing

@Suite struct ConfigurationErrorTests {
    struct Fault: Sendable, CustomTestStringConvertible {
        let yaml: String
        let message: String
        var testDescription: String { message }
    }

    static let faults = [
        Fault(
            yaml: "namespaces:\n  email:\n    normaliser: e-mail\n",
            message:
                "selvedge.yaml:3:17: namespaces.email.normaliser: \"e-mail\" is not one of email, email_uid2, phone, opaque, code"
        ),
        Fault(
            yaml: "namespaces:\n  email:\n    hub_limt: 3\n",
            message:
                "selvedge.yaml:3:5: namespaces.email.hub_limt: unknown key; the keys here are class, fan_limit, hub_limit, normaliser, record_limit, strength, time_to_live, unique_per_profile"
        ),
        Fault(
            yaml: "namespaces: {email: {hub_limit: 0}}",
            message: "selvedge.yaml:1:33: namespaces.email.hub_limit: \"0\" is not a whole number in 1...1000"),
        Fault(
            yaml: "namespaces: {email: {fan_limit: 1001}}",
            message: "selvedge.yaml:1:33: namespaces.email.fan_limit: \"1001\" is not a whole number in 1...1000"),
        Fault(
            yaml: "namespaces: {email: {strength: 1000}}",
            message: "selvedge.yaml:1:32: namespaces.email.strength: \"1000\" is not a whole number in 1...999"),
        Fault(
            yaml: "namespaces: {email: {class: record}}",
            message: "selvedge.yaml:1:29: namespaces.email.class: \"record\" is not one of person, device, session"),
        Fault(
            yaml: "namespaces: {email: {time_to_live: 13mo}}",
            message:
                "selvedge.yaml:1:36: namespaces.email.time_to_live: \"13mo\" is not a time to live: days as 396d, hours as 12h, or never; up to 100 years"
        ),
        Fault(
            yaml: "namespaces: {fax: {strength: 3}}",
            message: "selvedge.yaml:1:19: namespaces.fax: a namespace that is not built in must give class"),
        Fault(
            yaml: "namespaces: {record: {strength: 3}}",
            message: "selvedge.yaml:1:14: namespaces.record: is reserved and cannot be changed"),
        Fault(
            yaml: "namespaces: {Fax: {}}",
            message:
                "selvedge.yaml:1:14: namespaces.Fax: is not a name: a lower-case letter, then up to 31 lower-case letters, digits or _"
        ),
        Fault(
            yaml: "sources: {web: {default_region: XX}}",
            message:
                "selvedge.yaml:1:33: sources.web.default_region: \"XX\" is not a region: two capital letters of ISO 3166, such as DE, or none"
        ),
        Fault(
            yaml: "sources: {web: {purposes: [spying]}}",
            message:
                "selvedge.yaml:1:28: sources.web.purposes[0]: \"spying\" is not one of analytics, enrichment, marketing, personalization, security, service"
        ),
        Fault(
            yaml: "undeclared_sources: maybe",
            message: "selvedge.yaml:1:21: undeclared_sources: \"maybe\" is not one of accept, refuse"),
        Fault(
            yaml: "limits: {value_bytes: many}",
            message: "selvedge.yaml:1:23: limits.value_bytes: \"many\" is not a whole number in 16...65536"),
        Fault(
            yaml: "colour: red",
            message:
                "selvedge.yaml:1:1: colour: unknown key; the keys here are attributes, built_in, controller, default_source, jurisdiction, jurisdictions, limits, namespaces, placeholders, privacy, purposes, sources, undeclared_sources"
        ),
        Fault(yaml: "- a\n- b\n", message: "selvedge.yaml:1:1: expected a mapping of keys to values"),
    ]

    @Test(arguments: faults)
    func anErrorNamesPlaceKeyAndWhatIsAllowed(fault: Fault) {
        #expect(message(fault.yaml) == fault.message)
    }

    @Test(arguments: ["a: [", "limits: {batch: 1}\nlimits: {batch: 2}\n", "\tx: 1", "a: b: c"])
    func whatIsNotYAMLIsAnErrorWithItsLine(yaml: String) {
        let message = message(yaml)
        #expect(message?.hasPrefix("selvedge.yaml:") == true, "\(message ?? "accepted")")
    }

    @Test func aSecondDocumentIsRefused() {
        #expect(message("limits: {}\n---\nlimits: {}\n") != nil)
    }

    private func message(_ yaml: String) -> String? {
        do throws(ConfigurationError) {
            _ = try Configuration(yaml: yaml, file: "selvedge.yaml")
            return nil
        } catch {
            return error.description
        }
    }
}
