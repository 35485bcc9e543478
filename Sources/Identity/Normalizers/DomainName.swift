internal import CIDN2

/// Domain names as the DNS writes them: ASCII, by IDNA2008 with the UTS 46 mapping, non-transitional.
enum DomainName {
    /// What its tables are: libidn2's major and minor version; patches do not change mappings.
    static let version: String = {
        // Sound: the library returns a terminated string that is never freed.
        guard let text = unsafe idn2_check_version(nil) else { return "libidn2" }
        let parts = unsafe String(cString: text).split(separator: ".").prefix(2)
        return "libidn2 " + parts.joined(separator: ".")
    }()

    /// The ASCII form; nil when the name is not one.
    static func ascii(_ name: String) -> [UInt8]? {
        let flags = Int32(IDN2_NFC_INPUT.rawValue | IDN2_NONTRANSITIONAL.rawValue)
        var output: UnsafeMutablePointer<UInt8>?
        // Sound: the input is terminated and lives for the call; the output is terminated, copied, then freed once.
        let result = unsafe name.withCString(encodedAs: UTF8.self) { unsafe idn2_lookup_u8($0, &output, flags) }
        guard result == IDN2_OK.rawValue, let start = unsafe output else { return nil }
        defer { unsafe idn2_free(start) }
        var bytes: [UInt8] = []
        var index = 0
        while unsafe start[index] != 0 {
            unsafe bytes.append(start[index])
            index += 1
        }
        return bytes
    }
}
