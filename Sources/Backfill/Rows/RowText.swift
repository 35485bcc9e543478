/// A row as a reject file may show it: its form, and nothing of what it says. Letters become `x`, digits `9`, what is no text
/// `?`; marks and spaces stay.
enum RowText {
    /// Bytes of a row that are shown.
    static let limit = 256

    static func form(of row: some BidirectionalCollection<UInt8>) -> String {
        var bytes = row[...]
        while let last = bytes.last, last == UInt8(ascii: "\n") || last == UInt8(ascii: "\r") { bytes.removeLast() }
        var text: [UInt8] = []
        for byte in bytes.prefix(limit) {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): text.append(UInt8(ascii: "9"))
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"), 0xc0...:
                text.append(UInt8(ascii: "x"))
            // The rest of a letter.
            case 0x80..<0xc0: continue
            case 0x20..<0x7f: text.append(byte)
            default: text.append(UInt8(ascii: "?"))
            }
        }
        return String(decoding: text, as: UTF8.self) + (bytes.count > limit ? "..." : "")
    }
}
