import Evaluation

/// Where one map of a drawn face points.
package struct PointedAt: Equatable {
    /// Shares of the map's total: of each part, and of all together.
    package let energies: [Double]
    package let energy: Double
    /// Shares of the image's area, as above; parts can overlap.
    package let areas: [Double]
    package let area: Double
    /// Whether the middle of the place with the largest value lies in a part.
    package let hits: Bool

    /// - Parameter parts: in pixels of a face of 48 x 48.
    package init(_ map: HeatMap, _ parts: [SyntheticFaces.Rectangle]) {
        let side = SyntheticFaces.side
        let values = map.resized(width: side, height: side).values
        var energies = [Double](repeating: 0, count: parts.count)
        var areas = energies
        var (energy, area, total) = (0.0, 0.0, 0.0)
        for (index, value) in values.enumerated() {
            let inside = parts.map { $0.contains(x: index % side, y: index / side) }
            for (part, isInside) in inside.enumerated() where isInside {
                energies[part] += Double(value)
                areas[part] += 1
            }
            let isInAny = inside.contains(true)
            if isInAny {
                energy += Double(value)
                area += 1
            }
            total += Double(value)
        }
        self.energies = energies.map { $0 / total }
        self.areas = areas.map { $0 / Double(values.count) }
        self.energy = energy / total
        self.area = area / Double(values.count)
        // The middle of the place, since after resizing its value can fill an edge of the image.
        let largest = map.values.firstIndex(of: map.maximum) ?? 0
        let x = (2 * (largest % map.width) + 1) * side / (2 * map.width)
        let y = (2 * (largest / map.width) + 1) * side / (2 * map.height)
        hits = parts.contains { $0.contains(x: x, y: y) }
    }
}

extension TrustMeasurement {
    /// `nil` for other data than faces drawn by their number.
    func pointing(
        _ maps: [HeatMap], _ samples: [Int], _ dataset: Dataset,
        using generator: inout SeededGenerator
    ) -> ExplanationFaithfulness.Pointing? {
        guard dataset.form == .synthetic,
            let options = try? SyntheticOptions(parsing: dataset.name)
        else { return nil }
        let faces = SyntheticFaces(seed: options.seed)
        var own: [PointedAt] = []
        var random: [PointedAt] = []
        for (map, sample) in zip(maps, samples) where !map.isEmpty {
            guard let index = Int(dataset.samples[sample].id) else { return nil }
            let landmarks = faces.face(at: index).landmarks
            let parts = [landmarks.brows, landmarks.eyes, landmarks.mouth]
            own.append(PointedAt(map, parts))
            random.append(
                PointedAt(
                    BaselineMaps.random(width: map.width, height: map.height, using: &generator),
                    parts))
        }
        func mean(_ value: (PointedAt) -> Double) -> Estimate {
            bootstrap.mean(of: own.map(value))
        }
        func hits(_ values: [PointedAt]) -> Estimate {
            .proportion(
                values.count(where: \.hits), of: values.count, emptyReason: "no maps")
        }
        let names = ["brows", "eyes", "mouth"]
        return .init(
            n: own.count, energy: mean(\.energy), area: mean(\.area),
            energyMinusArea: mean { $0.energy - $0.area },
            randomEnergy: bootstrap.mean(of: random.map(\.energy)), hits: hits(own),
            randomHits: hits(random),
            parts: names.enumerated().map { number, name in
                .init(
                    name: name, energy: mean { $0.energies[number] },
                    area: mean { $0.areas[number] })
            })
    }
}
