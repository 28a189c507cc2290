public import Evaluation

/// How far the maps of one method can be trusted, measured. Intervals are 95 %, from a bootstrap
/// over images unless said; no value says that a map is right, only what it does better than maps
/// that know nothing of the model.
public struct ExplanationFaithfulness: Sendable, Codable, Equatable {
    /// A mean over images for the maps, and for two kinds of maps that know nothing of the model.
    public struct Faithfulness: Sendable, Codable, Equatable {
        /// Images with a map that is not empty.
        public let n: Int
        public let higherIsBetter: Bool
        public let map: Estimate
        public let random: Estimate
        public let edges: Estimate
        /// Paired, image by image.
        public let mapMinusRandom: Estimate
        public let mapMinusEdges: Estimate

        enum CodingKeys: String, CodingKey {
            case n, map, random, edges
            case higherIsBetter = "higher_is_better"
            case mapMinusRandom = "map_minus_random"
            case mapMinusEdges = "map_minus_edges"
        }
    }

    /// What the maps have in common with those of a model whose parts down to this one are random.
    /// A method that shows what the model learned loses the likeness.
    public struct Randomization: Sendable, Codable, Equatable {
        /// "fc", "layer4", ... "stem"; or "other image": the trained model's map of another image,
        /// the likeness that chance gives.
        public let part: String
        /// Pairs in which both maps show something.
        public let n: Int
        /// Pairs left out because a map was empty.
        public let empty: Int
        /// On the grid of the maps, -1...1.
        public let spearman: Estimate
        /// At 48 x 48, -1...1.
        public let structuralSimilarity: Estimate

        enum CodingKeys: String, CodingKey {
            case part, n, empty, spearman
            case structuralSimilarity = "ssim"
        }
    }

    /// Whether maps of drawn faces point at brows, eyes and mouth, whose places are known.
    public struct Pointing: Sendable, Codable, Equatable {
        /// The share of the maps on one part of drawn faces.
        public struct Part: Sendable, Codable, Equatable {
            public let name: String
            /// The share of the map's total that lies in the part.
            public let energy: Estimate
            /// The share of the image's area.
            public let area: Estimate
        }

        public let n: Int
        /// The share of the map's total that lies in any of the parts.
        public let energy: Estimate
        public let area: Estimate
        public let energyMinusArea: Estimate
        /// Of a random map of the same grid.
        public let randomEnergy: Estimate
        /// How often the largest value lies in a part (pointing game; Wilson intervals).
        public let hits: Estimate
        public let randomHits: Estimate
        public let parts: [Part]

        enum CodingKeys: String, CodingKey {
            case n, energy, area, hits, parts
            case energyMinusArea = "energy_minus_area"
            case randomEnergy = "random_energy"
            case randomHits = "random_hits"
        }
    }

    public let method: ExplanationMethod
    /// `nil` for occlusion.
    public let layer: String?
    /// As it is named on the command line.
    public let target: String
    /// Places of a map across and down.
    public let grid: [Int]
    public let data: String
    public let isSynthetic: Bool
    public let modelSHA256: String
    /// Images looked at.
    public let n: Int
    public let emptyMaps: Int
    public let seed: UInt64
    public let resamples: Int
    /// Area under the target's probability while its most important pixels are made grey (RISE,
    /// Petsiuk et al. 2018, arXiv:1806.07421); low is good.
    public let deletion: Faithfulness
    /// The same while they are put into the blurred image; high is good.
    public let insertion: Faithfulness
    /// ROAD: half the difference between the probability without the least and without the most
    /// important 20, 40, 60 and 80 % of the pixels, the removed ones imputed; high is good.
    public let road: Faithfulness
    public let randomization: [Randomization]
    /// `nil` where the places of brows, eyes and mouth are not known: anywhere but on the faces
    /// that Mien draws.
    public let pointing: Pointing?

    enum CodingKeys: String, CodingKey {
        case method, layer, target, grid, data, n, seed, resamples, deletion, insertion, road
        case randomization, pointing
        case isSynthetic = "synthetic"
        case modelSHA256 = "model_sha256"
        case emptyMaps = "empty_maps"
    }
}

extension ExplanationFaithfulness: NamesSettings {
    /// Tables for people.
    public var message: Advice {
        let pointed: Advice =
            if let pointing {
                "in brows, eyes and mouth: \(pointing.energy) of the map, \(pointing.area) of the "
                    + "area; largest value \(pointing.hits), of a random map "
                    + "\(pointing.randomHits)"
            } else {
                "Pointing is measured on drawn faces only: \(setting: "data") synthetic."
            }
        return (tables.map { Advice($0) } + [pointed, Advice(HeatMap.caption)])
            .joined(separator: "\n")
    }

    private var tables: [String] {
        var lines = [
            "\(method.title)\(layer.map { " at \($0)" } ?? ""), class \(target), "
                + "\(grid[0]) x \(grid[1]) places",
            "\(n) images of \(data)\(isSynthetic ? " (SYNTHETIC)" : ""), \(emptyMaps) empty maps, "
                + "seed \(seed), 95 % intervals",
            "                 map                        minus random map           minus edge map",
        ]
        for (name, value) in [("deletion", deletion), ("insertion", insertion), ("ROAD", road)] {
            let direction = value.higherIsBetter ? "high" : "low"
            lines.append(
                padded("\(name), \(direction)", 17) + padded("\(value.map)", 27)
                    + padded("\(value.mapMinusRandom)", 27) + "\(value.mapMinusEdges)")
        }
        lines.append("random down to   Spearman                   SSIM                       pairs")
        for row in randomization {
            lines.append(
                padded(row.part, 17) + padded("\(row.spearman)", 27)
                    + padded("\(row.structuralSimilarity)", 27) + "\(row.n)")
        }
        return lines
    }

    private func padded(_ text: String, _ width: Int) -> String {
        text.count < width ? text + String(repeating: " ", count: width - text.count) : text + " "
    }
}
