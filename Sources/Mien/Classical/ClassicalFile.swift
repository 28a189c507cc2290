import Evaluation
import Foundation
import Imaging
package import Torch

/// Classical classifiers as files hold them: numbers of double precision where they are multiplied
/// or summed, of single precision where they are compared or were rounded before training.
extension ClassicalClassifier {
    private enum Name {
        static let mean = "standardization.mean"
        static let deviation = "standardization.deviation"
        /// [components, columns]
        static let directions = "components.directions"
        static let shares = "components.shares"
        /// Of several classes, the output that each machine tells from the rest: [machines]. Then
        /// the tensors of machines have a row for each.
        static let outputs = "machine.outputs"
        /// [slope, intercept]
        static let sigmoid = "sigmoid"
        /// [weights, then the bias]
        static let linear = "linear.weights"
        /// [vectors, columns]
        static let vectors = "svm.vectors"
        static let coefficients = "svm.coefficients"
        /// [gamma, bias of each machine]
        static let kernel = "svm.kernel"
        static let roots = "forest.roots"
        static let splitColumns = "forest.columns"
        static let thresholds = "forest.thresholds"
        static let left = "forest.left"
        static let right = "forest.right"
        static let votes = "forest.votes"
    }

    package var state: StateDict {
        var state = StateDict()
        if let transform {
            state[Name.mean] = RawTensor(transform.scale.mean)
            state[Name.deviation] = RawTensor(transform.scale.deviation)
            if let components = transform.components {
                state[Name.directions] = RawTensor(
                    components.directions, shape: [components.count, components.columns])
                state[Name.shares] = RawTensor(components.shares)
            }
        }
        let machines = decision.valueCount
        /// The shape of a tensor with a row for each of several machines.
        func shape(_ row: [Int]) -> [Int] { machines == 1 ? row : [machines] + row }
        let sigmoids = calibration.sigmoids
        if !sigmoids.isEmpty {
            state[Name.sigmoid] = RawTensor(
                sigmoids.flatMap { [$0.slope, $0.intercept] }, shape: shape([2]))
            if machines > 1 {
                state[Name.outputs] = RawTensor(calibration.outputs.map(Int32.init), .int32)
            }
        }
        switch decision {
        case let linear as LinearDecision:
            let columns = linear.columns
            state[Name.linear] = RawTensor(
                linear.biases.enumerated().flatMap { machine, bias in
                    linear.weights[machine * columns ..< (machine + 1) * columns] + [bias]
                }, shape: shape([columns + 1]))
        case let machine as KernelDecision:
            state[Name.vectors] = RawTensor(
                machine.vectors.values, shape: [machine.vectors.count, machine.columns])
            state[Name.coefficients] = RawTensor(
                machine.coefficients, shape: shape([machine.vectors.count]))
            state[Name.kernel] = RawTensor([machine.gamma] + machine.biases)
        case let forest as RandomForest:
            state[Name.roots] = RawTensor(forest.roots, .int32)
            state[Name.splitColumns] = RawTensor(forest.splitColumns, .int32)
            state[Name.thresholds] = RawTensor(forest.thresholds, shape: [forest.thresholds.count])
            state[Name.left] = RawTensor(forest.left, .int32)
            state[Name.right] = RawTensor(forest.right, .int32)
            state[Name.votes] = RawTensor(forest.votes, .uint8)
        default: preconditionFailure("expected a decision that has a file form")
        }
        return state
    }

    /// - Parameters:
    ///   - card: of a classical classifier with these settings.
    ///   - path: of the file, for errors.
    /// - Throws: `ModelFileError` where a tensor is missing, of another type or shape, or says what
    ///   no classifier can have, and where its landmark model is not at hand.
    init(
        _ state: StateDict, _ card: ModelCard, _ settings: ClassicalSettings, path: String
    ) throws(ModelFileError) {
        let reader = ClassicalReader(state: state, path: path)
        let inputs = settings.features.reduce(0) { $0 + $1.count }
        let transform = try reader.transform(
            inputs, mean: Name.mean, deviation: Name.deviation, directions: Name.directions,
            shares: Name.shares)
        let columns = transform?.columns ?? inputs
        let outputCount = card.classes.count
        let outputs =
            card.head == .binary
            ? [1]
            : settings.kind == .forest
                ? Array(0 ..< outputCount) : try reader.outputs(Name.outputs, of: outputCount)
        let machines = outputs.count
        func shape(_ row: [Int]) -> [Int] { machines == 1 ? row : [machines] + row }
        let sigmoids =
            settings.kind == .forest ? [] : try reader.numbers(Name.sigmoid, shape([2]))
        let decision: any DecisionFunction
        switch settings.kind {
        case .linearSVM, .logistic:
            let numbers = try reader.numbers(Name.linear, shape([columns + 1]))
            let rows = (0 ..< machines).map {
                numbers[$0 * (columns + 1) ..< ($0 + 1) * (columns + 1)]
            }
            decision = LinearDecision(
                weights: rows.flatMap { $0.dropLast() }, biases: rows.compactMap(\.last))
        case .svm:
            let kernel = try reader.numbers(Name.kernel, [1 + machines])
            let count = try reader.rowCount(Name.vectors)
            decision = KernelDecision(
                vectors: FeatureMatrix(
                    try reader.tensor(Name.vectors, .float32, [count, columns]).floats,
                    columns: columns),
                coefficients: try reader.numbers(Name.coefficients, shape([count])),
                gamma: kernel[0], biases: Array(kernel.dropFirst()))
        case .forest:
            let nodes = try reader.count(Name.votes)
            decision = try reader.checked(
                RandomForest(
                    roots: try reader.integers(Name.roots, try reader.count(Name.roots)),
                    splitColumns: try reader.integers(Name.splitColumns, nodes),
                    thresholds: try reader.tensor(Name.thresholds, .float32, [nodes]).floats,
                    left: try reader.integers(Name.left, nodes),
                    right: try reader.integers(Name.right, nodes),
                    votes: Array(try reader.tensor(Name.votes, .uint8, [nodes]).bytes),
                    columns: columns, valueCount: machines), outputCount)
        }
        self.init(
            features: settings.featureSet(
                settings.needsLandmarks
                    ? try Self.landmarks(ofDigest: card.fit?.landmarkModel, path: path) : nil),
            transform: transform, decision: decision,
            calibration: DecisionCalibration(
                outputCount: outputCount, outputs: outputs,
                sigmoids: stride(from: 0, to: sigmoids.count, by: 2).map {
                    PlattScaling(slope: sigmoids[$0], intercept: sigmoids[$0 + 1])
                }))
    }
}

extension ClassicalClassifier {
    /// The landmark model that a classifier was trained with.
    private static func landmarks(
        ofDigest digest: String?, path: String
    ) throws(ModelFileError) -> LandmarkModel {
        let found: (model: LandmarkModel, digest: String)
        do {
            found = try LandmarkModel.of68Points()
        } catch {
            throw ModelFileError(
                path: path, reason: "its features need landmarks: \(error)", advice: "")
        }
        guard digest == nil || digest == found.digest else {
            throw ModelFileError(
                path: path,
                reason:
                    "it was trained with another landmark model: SHA-256 \(digest ?? ""), found "
                    + "\(found.digest)",
                advice: "Name the file that it was trained with by MIEN_LANDMARK_MODEL.")
        }
        return found.model
    }
}

/// Reads tensors and says which one is not as it must be.
private struct ClassicalReader {
    let state: StateDict
    let path: String

    func refuse(_ reason: String) -> ModelFileError {
        ModelFileError(
            path: path, reason: reason,
            advice: "The file was altered or damaged: take a fresh copy.")
    }

    func tensor(
        _ name: String, _ type: DType, _ shape: [Int]
    ) throws(ModelFileError) -> RawTensor {
        let found = state[name].map { "\($0.dtype) \($0.shape)" } ?? "nothing"
        guard let tensor = state[name], tensor.dtype == type, tensor.shape == shape else {
            throw refuse("tensor \(name): found \(found), expected \(type) \(shape)")
        }
        return tensor
    }

    /// Elements of a list of which there is one or more.
    func count(_ name: String) throws(ModelFileError) -> Int {
        guard let tensor = state[name], tensor.shape.count == 1, tensor.count > 0 else {
            let found = state[name].map { "\($0.shape)" } ?? "nothing"
            throw refuse("tensor \(name): found \(found), expected a list")
        }
        return tensor.count
    }

    /// Rows of a table of which there is one or more.
    func rowCount(_ name: String) throws(ModelFileError) -> Int {
        guard let tensor = state[name], tensor.shape.count == 2, tensor.count > 0 else {
            let found = state[name].map { "\($0.shape)" } ?? "nothing"
            throw refuse("tensor \(name): found \(found), expected rows")
        }
        return tensor.shape[0]
    }

    /// The outputs of several machines, ascending.
    func outputs(_ name: String, of count: Int) throws(ModelFileError) -> [Int] {
        let outputs = try integers(name, try self.count(name)).map(Int.init)
        guard outputs.count >= 2, zip(outputs, outputs.dropFirst()).allSatisfy({ $0 < $1 }),
            outputs[0] >= 0, outputs[outputs.count - 1] < count
        else {
            throw refuse(
                "tensor \(name): found \(outputs), expected two or more of the \(count) outputs")
        }
        return outputs
    }

    func numbers(_ name: String, _ shape: [Int]) throws(ModelFileError) -> [Double] {
        try tensor(name, .float64, shape).doubles
    }

    func integers(_ name: String, _ count: Int) throws(ModelFileError) -> [Int32] {
        try tensor(name, .int32, [count]).integers
    }

    /// `nil` where there is none.
    func transform(
        _ inputs: Int, mean: String, deviation: String, directions: String, shares: String
    ) throws(ModelFileError) -> FeatureTransform? {
        guard state[mean] != nil else { return nil }
        let deviations = try numbers(deviation, [inputs])
        if let place = deviations.firstIndex(where: { $0 <= 0 }) {
            throw refuse(
                "tensor \(deviation): element \(place) is \(deviations[place]), expected above 0")
        }
        let scale = Standardization(mean: try numbers(mean, [inputs]), deviation: deviations)
        guard state[directions] != nil else {
            return FeatureTransform(scale: scale, components: nil)
        }
        let count = try count(shares)
        return FeatureTransform(
            scale: scale,
            components: PrincipalComponents(
                directions: try numbers(directions, [count, inputs]),
                shares: try numbers(shares, [count]), columns: inputs))
    }

    /// - Throws: `ModelFileError` for nodes that lead nowhere or in a circle, or vote for no class.
    func checked(_ forest: RandomForest, _ classes: Int) throws(ModelFileError) -> RandomForest {
        let nodes = forest.votes.count
        for node in 0 ..< nodes where forest.splitColumns[node] >= 0 {
            let next = [forest.left[node], forest.right[node]].map(Int.init)
            // Nodes follow after the one that they hang from.
            guard Int(forest.splitColumns[node]) < forest.columns,
                next.allSatisfy({ node < $0 && $0 < nodes })
            else {
                throw refuse("node \(node) of the forest leads to no node or compares no column")
            }
        }
        guard forest.votes.allSatisfy({ Int($0) < classes }) else {
            throw refuse("a leaf of the forest votes for no class")
        }
        guard forest.roots.allSatisfy({ 0 <= $0 && Int($0) < nodes }) else {
            throw refuse("a tree of the forest begins at no node")
        }
        return forest
    }
}

extension RawTensor {
    fileprivate init(_ numbers: [Double], shape: [Int]? = nil) {
        self.init(
            dtype: .float64, shape: shape ?? [numbers.count],
            bytes: numbers.withUnsafeBytes { Data($0) })
    }

    fileprivate init(_ elements: [some FixedWidthInteger], _ dtype: DType) {
        self.init(
            dtype: dtype, shape: [elements.count],
            bytes: elements.withUnsafeBytes { Data($0) })
    }

    /// The elements of a tensor of float64.
    fileprivate var doubles: [Double] {
        bytes.withUnsafeBytes { bytes in
            (0 ..< count).map { bytes.loadUnaligned(fromByteOffset: 8 * $0, as: Double.self) }
        }
    }

    /// The elements of a tensor of int32.
    fileprivate var integers: [Int32] {
        bytes.withUnsafeBytes { bytes in
            (0 ..< count).map { bytes.loadUnaligned(fromByteOffset: 4 * $0, as: Int32.self) }
        }
    }
}
