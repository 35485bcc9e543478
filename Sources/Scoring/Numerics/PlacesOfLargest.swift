/// The places of the largest values in falling order, at most `count`; equal ones in their own order.
func placesOfLargest(_ count: Int, of values: [Double]) -> [Int] {
    func isBefore(_ left: Int, _ right: Int) -> Bool {
        values[left] != values[right] ? values[left] > values[right] : left < right
    }
    guard count < 16 else { return Array(values.indices.sorted(by: isBefore).prefix(count)) }
    var places: [Int] = []
    places.reserveCapacity(count + 1)
    for place in values.indices {
        if places.count == count, let last = places.last, isBefore(last, place) { continue }
        places.insert(place, at: places.firstIndex { isBefore(place, $0) } ?? places.count)
        if places.count > count { places.removeLast() }
    }
    return places
}
