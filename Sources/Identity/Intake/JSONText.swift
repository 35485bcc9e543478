/// Strings of JSON (RFC 8259) in the canonical form that documents are read into: escaped where they must be, and nowhere
/// else; what is not ASCII stays as it is.
package enum JSONText {
    /// Appends a text in quotes; the bytes are UTF-8.
    package static func append(_ text: some Sequence<UInt8>, to out: inout [UInt8]) {
        out.append(UInt8(ascii: "\""))
        for byte in text { append(escaped: byte, to: &out) }
        out.append(UInt8(ascii: "\""))
    }

    private static func append(escaped byte: UInt8, to out: inout [UInt8]) {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"):
            out.append(UInt8(ascii: "\\"))
            out.append(byte)
        case 0..<0x20:
            out.append(contentsOf: "\\u00".utf8)
            out.append(digit(byte >> 4))
            out.append(digit(byte & 15))
        default: out.append(byte)
        }
    }

    private static func digit(_ value: UInt8) -> UInt8 { value < 10 ? 0x30 + value : 0x57 + value }
}
