extension ErasureCertificate {
    /// The certificate as one JSON document, by `schema`; keys in a fixed order, one line.
    package var json: String {
        var object = JSONObject()
        object.add("schema_version", 1)
        object.add("reference", String(reference))
        object.add("verdict", verdict.name)
        object.add("doubts", verdict.doubts.map { .text($0.rawValue) })
        object.add("request_sha256", hexadecimal(requestHash))
        object.add("requester", requester)
        if let approver { object.add("approver", approver) }
        object.add("steps", steps.map { .object(Self.step($0)) })
        object.add("removed", removals.map { .object(Self.removal($0)) })
        object.add("shared_identifiers_kept", sharedIdentifiersKept)
        object.add("likenesses_kept", likenessesKept)
        if let search { object.add("search", Self.search(search)) }
        if let canaries { object.add("canaries", Self.canaries(canaries)) }
        object.add("pending", pending.map { .object($0.object) })
        object.add("tool_version", toolVersion)
        object.add("issued", issued.text)
        return object.text
    }

    private static func step(_ step: Step) -> JSONObject {
        var object = JSONObject()
        object.add("state", step.state.rawValue)
        object.add("time", step.time.text)
        return object
    }

    private static func removal(_ removal: Removal) -> JSONObject {
        var object = JSONObject()
        object.add("what", removal.what)
        object.add("count", removal.count)
        return object
    }

    private static func search(_ search: Search) -> JSONObject {
        var object = JSONObject()
        object.add("started", search.started.text)
        object.add("ended", search.ended.text)
        object.add("needles", search.needles)
        object.add("forms", NeedleForm.allCases.map { .text($0.name) })
        object.add("files", search.files)
        object.add("bytes", search.bytes)
        object.add("hits", search.hits)
        object.add("skipped", search.skipped)
        object.add("files_with_hits", search.filesWithHits.map { .text($0) })
        object.add("rows", search.rows)
        object.add("row_hits", search.rowHits)
        return object
    }

    private static func canaries(_ proof: CanaryProof) -> JSONObject {
        var object = JSONObject()
        object.add("planted", proof.planted)
        object.add("seen", proof.seen)
        object.add(
            "places",
            proof.counts.map { count in
                var place = JSONObject()
                place.add("place", count.place.rawValue)
                place.add("planted", count.planted)
                place.add("seen", count.seen)
                return .object(place)
            })
        return object
    }
}

extension ErasureCertificate.Verdict {
    var name: String {
        switch self {
        case .erased: "erased"
        case .erasedWithPending: "erased_with_pending"
        case .notProven: "not_proven"
        }
    }

    var doubts: [ErasureCertificate.Doubt] {
        if case .notProven(let doubts) = self { return doubts }
        return []
    }
}

extension ErasureCertificate.Pending {
    fileprivate var object: JSONObject {
        var object = JSONObject()
        switch self {
        case .backups(let count, let until):
            object.add("kind", "backups")
            object.add("count", count)
            object.add("until", until.text)
        case .feedEntries(let count, let until):
            object.add("kind", "feed_entries")
            object.add("count", count)
            object.add("until", until.text)
        case .scrub(let by):
            object.add("kind", "scrub")
            object.add("until", by.text)
        case .freedBlocks: object.add("kind", "freed_blocks")
        case .readers(let count):
            object.add("kind", "readers")
            object.add("count", count)
        }
        return object
    }
}

/// Fields in the order in which they were added.
struct JSONObject {
    enum Value {
        case text(String)
        case object(JSONObject)
    }

    private var fields: [String] = []

    var text: String { "{" + fields.joined(separator: ",") + "}" }

    mutating func add(_ name: String, _ text: String) { fields.append("\"\(name)\":\(Self.quoted(text))") }
    mutating func add(_ name: String, _ number: Int) { fields.append("\"\(name)\":\(number)") }
    mutating func add(_ name: String, _ object: JSONObject) { fields.append("\"\(name)\":\(object.text)") }

    mutating func add(_ name: String, _ values: [Value]) {
        let texts = values.map { value in
            switch value {
            case .text(let text): Self.quoted(text)
            case .object(let object): object.text
            }
        }
        fields.append("\"\(name)\":[\(texts.joined(separator: ","))]")
    }

    /// RFC 8259: quotes, backslashes and control characters escaped.
    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case _ where scalar.value < 0x20 || scalar.value == 0x7F:
                let digits = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
