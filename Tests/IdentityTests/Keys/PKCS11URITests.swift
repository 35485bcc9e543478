import Identity
import Testing

@Suite struct PKCS11URITests {
    private static let query = "?module-path=/lib/m.so&pin-source=file:/etc/pin"

    @Test func everyAttributeIsRead() throws {
        let uri = try PKCS11URI(
            "pkcs11:token=My%20token;serial=0a1b;object=root;id=%01%fF;type=secret-key"
                + "?pin-source=file:///etc/pin&module-path=/lib/m%2Bx.so")
        #expect(uri.token == "My token" && uri.serial == "0a1b" && uri.object == "root")
        #expect(uri.id == [1, 255] && uri.modulePath == "/lib/m+x.so" && uri.pinPath == "/etc/pin")
    }

    @Test func theLeastIsAKeyAModuleAndAPIN() throws {
        for key in ["object=root", "id=%01"] {
            let uri = try PKCS11URI("pkcs11:\(key)\(Self.query)")
            #expect(uri.token == nil && uri.pinPath == "/etc/pin")
        }
        #expect(try PKCS11URI("pkcs11:object=a?module-path=/m&pin-source=/etc/pin").pinPath == "/etc/pin")
    }

    @Test(arguments: [
        ("file:/x", "pkcs11:"), ("pkcs11:token=a", "module-path"), ("pkcs11:token=a\(query)", "object or id"),
        ("pkcs11:object=a?module-path=m.so&pin-source=file:/p", "module-path"),
        ("pkcs11:object=a?module-path=/m.so", "pin-source"),
        ("pkcs11:object=a?module-path=/m.so&pin-source=file:p", "pin-source"),
        ("pkcs11:object=a?module-path=/m.so&pin-value=1234", "does not belong in a URI"),
        ("pkcs11:object=a;object=b\(query)", "twice"), ("pkcs11:object=a;slot-id=1\(query)", "not known"),
        ("pkcs11:object=%4\(query)", "%XX"), ("pkcs11:object=%zz\(query)", "%XX"), ("pkcs11:object\(query)", "%XX"),
        ("pkcs11:object=%ff\(query)", "no text"), ("pkcs11:object=a%00b\(query)", "no text"),
        ("pkcs11:object=\(query)", "no text"),
    ]) func whatIsNoneIsRefusedWithTheReason(text: String, reason: String) {
        let error = #expect(throws: KeyError.self) { try PKCS11URI(text) }
        #expect(error?.description.contains(reason) == true, "\(error?.description ?? "")")
        #expect(error?.description.contains("1234") != true, "the PIN is in the message")
    }
}
