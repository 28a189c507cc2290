package import Evaluation

/// What happens to the target's probability as pixels go and come in the order of some maps of one
/// image; each array holds one number per map.
package struct PerturbationCurves: Equatable {
    package let deletion: [Double]
    package let insertion: [Double]
    package let road: [Double]

    /// Steps of deletion and insertion.
    package static let steps = 10
    /// Shares of the pixels that ROAD removes.
    package static let roadShares = [0.2, 0.4, 0.6, 0.8]

    /// - Parameter run: the target's probability for planes of the image's size, put one after
    ///   the other.
    package init(
        of image: Perturbation, by maps: [HeatMap], using generator: inout SeededGenerator,
        run: ([Float]) -> [Double]
    ) {
        let blurred = image.blurred
        var planes =
            image.planes + image.deleting(1, of: Array(0 ..< image.size * image.size)) + blurred
        for map in maps {
            let ranking = Perturbation.ranking(of: map, size: image.size, using: &generator)
            let shares = (1 ..< Self.steps).map { Double($0) / Double(Self.steps) }
            for share in shares { planes += image.deleting(share, of: ranking) }
            for share in shares { planes += image.inserting(share, of: ranking, into: blurred) }
            planes += image.imputing(
                Self.roadShares.flatMap { [($0, ranking), ($0, ranking.reversed())] },
                using: &generator)
        }
        let values = run(planes)
        let (whole, grey, blur) = (values[0], values[1], values[2])
        let inner = Self.steps - 1
        var (deletion, insertion, road): ([Double], [Double], [Double]) = ([], [], [])
        var rest = values.dropFirst(3)
        for _ in maps {
            deletion.append(Self.area([whole] + rest.prefix(inner) + [grey]))
            rest = rest.dropFirst(inner)
            insertion.append(Self.area([blur] + rest.prefix(inner) + [whole]))
            rest = rest.dropFirst(inner)
            var difference = 0.0
            for _ in Self.roadShares {
                let pair = Array(rest.prefix(2))
                difference += (pair[1] - pair[0]) / 2
                rest = rest.dropFirst(2)
            }
            road.append(difference / Double(Self.roadShares.count))
        }
        (self.deletion, self.insertion, self.road) = (deletion, insertion, road)
    }

    /// The area under values at equal distances over 0...1, by the trapezoidal rule.
    package static func area(_ values: [Double]) -> Double {
        let ends = ((values.first ?? 0) + (values.last ?? 0)) / 2
        return (values.reduce(0, +) - ends) / Double(max(1, values.count - 1))
    }
}
