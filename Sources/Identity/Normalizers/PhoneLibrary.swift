internal import CPhoneNumber

/// libphonenumber, through its C door.
enum PhoneLibrary {
    /// A fingerprint of the metadata that decides what a number is.
    static let version: String = {
        // Sound: a terminated string that lives as long as the process.
        unsafe String(cString: phone_metadata_version())
    }()

    /// The library refuses longer text itself.
    static let maximumCount = 250

    /// Whether the metadata covers a region, such as `DE`.
    static func knows(region: String) -> Bool {
        guard region.utf8.count == 2, region.utf8.allSatisfy({ (0x41...0x5a).contains($0) }) else { return false }
        return unsafe selvedge_phone_knows_region(region) == 1
    }

    /// Writes the E.164 form of a number.
    static func e164(_ text: Span<UInt8>, region: String?, into out: inout ShortBytes) throws(RefusalReason) {
        guard text.count <= maximumCount else { throw .invalidPhone }
        var result: Int32 = 0
        // Sound: C reads `count` bytes of the text and a terminated region, and writes within the buffer's capacity.
        unsafe text.withUnsafeBytes { input in
            unsafe out.fill { buffer in
                let start = unsafe input.baseAddress?.assumingMemoryBound(to: CChar.self)
                let target = unsafe UnsafeMutableRawPointer(buffer.baseAddress)?.assumingMemoryBound(to: CChar.self)
                if let region {
                    result = unsafe selvedge_phone_e164(start, input.count, region, target, buffer.count)
                } else {
                    result = unsafe selvedge_phone_e164(start, input.count, nil, target, buffer.count)
                }
                return Int(result)
            }
        }
        if result == SELVEDGE_PHONE_NEEDS_REGION { throw .phoneNeedsRegion }
        guard result > 0 else { throw .invalidPhone }
    }
}
