/// The order in which events reach the store: late ones out of turn, some twice.
struct Delivery {
    /// Numbers of events.
    private(set) var order: [UInt32]

    init(of log: EventLog, shape: Shape, random: inout Random) {
        var arrivals: [(time: Int64, event: UInt32)] = []
        arrivals.reserveCapacity(log.count + log.count / 16)
        for (number, event) in log.events.enumerated() {
            var time = event.time + Self.usualDelay(of: event.source, at: event.time, random: &random)
            if random.happens(shape.late) {
                time += Int64(random.exponential(mean: shape.lateHours) * Double(Calendar.hour))
            }
            arrivals.append((time, UInt32(number)))
            if random.happens(shape.duplicated) {
                arrivals.append((time + Int64(random.exponential(mean: 0.5) * Double(Calendar.hour)), UInt32(number)))
            }
        }
        arrivals.sort { $0.time != $1.time ? $0.time < $1.time : $0.event < $1.event }
        order = arrivals.map(\.event)
    }

    /// Keeps the first `count` deliveries.
    mutating func cut(to count: Int) {
        order.removeLast(max(0, order.count - count))
    }

    /// Shops send their day at night, the customer system every hour, the rest at once.
    private static func usualDelay(of source: Source, at time: Int64, random: inout Random) -> Int64 {
        switch source {
        case .pos: Calendar.day - time % Calendar.day + Calendar.hour
        case .crm: Calendar.hour - time % Calendar.hour
        default: Int64(random.exponential(mean: 3) * Double(Calendar.second))
        }
    }
}
