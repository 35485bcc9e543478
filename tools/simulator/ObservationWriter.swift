/// Puts events into words: one JSON object a line.
struct ObservationWriter {
    let seed: UInt64
    let traffic: Traffic

    /// Writes what is delivered, in the order of delivery. The same event always has the same bytes.
    func write(_ delivery: Delivery, to sink: inout ByteSink) throws(SinkError) {
        for number in delivery.order {
            append(number, to: &sink.bytes)
            try sink.flushIfFull()
        }
    }

    /// The dice of what an event tells beside its identifiers: the same each time.
    func payloadDice(of event: UInt32) -> Random {
        Random(seed: mixed(seed ^ 0xD1CE) ^ UInt64(event))
    }

    private func append(_ number: UInt32, to bytes: inout [UInt8]) {
        let event = traffic.log.events[Int(number)]
        var random = Random(seed: mixed(seed) ^ UInt64(number))
        bytes.append(text: "{\"id\":\"o-")
        bytes.appendHexadecimal(mixed(seed ^ 0x0B5E ^ (UInt64(number) << 8)), digits: 16)
        bytes.append(text: "\",\"source\":\"")
        bytes.append(text: event.source.rawValue)
        bytes.append(text: "\",\"record_id\":")
        if event.payload == .record {
            bytes.append(text: "\"r")
            bytes.appendDecimal(UInt64(event.subject), width: 7)
            bytes.append(text: "\"")
        } else {
            bytes.append(text: "null")
        }
        bytes.append(text: ",\"time\":\"")
        bytes.appendTime(event.time)
        bytes.append(text: "\",\"identifiers\":[")
        appendIdentifiers(of: event, random: &random, to: &bytes)
        bytes.append(text: "]")
        appendPayload(of: number, event, to: &bytes)
        appendConnection(of: event, to: &bytes)
        bytes.append(text: "}\n")
    }

    private func appendIdentifiers(of event: Event, random: inout Random, to bytes: inout [UInt8]) {
        var isFirst = true
        for index in traffic.log.identifiers(of: event) {
            bytes.append(text: isFirst ? "{\"namespace\":\"" : ",{\"namespace\":\"")
            isFirst = false
            let namespace = traffic.identifiers.namespace(index)
            bytes.append(text: namespace.name)
            bytes.append(text: "\",\"value\":\"")
            let start = bytes.count
            traffic.identifiers.appendText(of: index, to: &bytes)
            let isSpelt = namespace == .email || namespace == .phone
            if isSpelt, random.happens(traffic.shape.variantSpelling) {
                respell(namespace, from: start, random: &random, in: &bytes)
            }
            bytes.append(text: "\"}")
        }
    }

    /// Another spelling of the same thing: capitals, a dot that gmail.com ignores, spaces in a phone number.
    private func respell(_ namespace: Namespace, from start: Int, random: inout Random, in bytes: inout [UInt8]) {
        if namespace == .phone {
            bytes.insert(UInt8(ascii: " "), at: start + 3)
            bytes.insert(UInt8(ascii: " "), at: start + 7)
            return
        }
        if random.happens(0.3), bytes[start...].elementsEqualSuffix("@gmail.com") {
            bytes.insert(UInt8(ascii: "."), at: start + 2)
            return
        }
        let everything = random.happens(0.3)
        for position in start..<(everything ? bytes.count : start + 1) where (0x61...0x7A).contains(bytes[position]) {
            bytes[position] -= 0x20
        }
    }
}

extension ArraySlice<UInt8> {
    fileprivate func elementsEqualSuffix(_ text: String) -> Bool {
        suffix(text.utf8.count).elementsEqual(text.utf8)
    }
}
