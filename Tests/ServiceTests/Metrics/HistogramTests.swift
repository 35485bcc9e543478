import Service
import Testing

@Suite("Histograms") struct HistogramTests {
    @Test(arguments: [HistogramScale.seconds, .counts])
    func everyEndIsInItsBucketAndTheNextIsNot(scale: HistogramScale) {
        let isTime = scale == .seconds
        for bucket in 0..<(isTime ? 31 : 17) {
            let end = (isTime ? 1_000 : 1) << UInt64(bucket)
            #expect(scale.bucket(of: UInt64(end)) == bucket)
            #expect(scale.bucket(of: UInt64(end) + 1) == bucket + 1)
            #expect(scale.end(of: bucket) == (isTime ? Double(end) / 1e9 : Double(end)))
        }
        #expect(scale.bucket(of: 0) == 0)
        #expect(scale.bucket(of: .max) == (isTime ? 31 : 17))
    }

    @Test func aBucketIsTheFirstWhoseEndIsNotBelow() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<10_000 {
            let value =
                UInt64.random(in: 0..<1 << 42, using: &generator) >> UInt64.random(in: 0..<42, using: &generator)
            let naive = (0..<31).first { value <= 1_000 << UInt64($0) } ?? 31
            #expect(HistogramScale.seconds.bucket(of: value) == naive, "\(value)")
        }
    }

    @Test func timesBelowZeroCountAsZero() {
        let histogram = PrometheusRegistry().histogram("a", "h", scale: .seconds)
        histogram.observe(-5)
        histogram.observe(.min)
        #expect(histogram.counts[0] == 2)
        #expect(histogram.count == 2)
    }
}
