internal import Dispatch
internal import Synchronization

/// The looks at one image: over all of it, and closer ones at what may be a face.
struct FaceSearch: Sendable {
    /// What is worth a second look: small faces often have no more.
    private static let candidateConfidence = 0.04
    /// From it on a second look is followed by a third.
    private static let worthThirdLook = 0.1

    let image: Image
    /// Faces of less are none, 0...1.
    let minimumConfidence: Double

    /// What may be a face, in pixels of the image.
    func candidates(
        on sheet: DetectionMosaic, by network: FaceNetwork
    ) throws(FaceDetectorError) -> [DetectedFace] {
        try faces(on: sheet, of: image, by: network)
    }

    /// A second look at a candidate, upright and at one size: it tells faces from what only
    /// resembles one at some size. Unless that rules it out, a third one looks in a mirror at what
    /// the second saw. Box and landmarks are the means of both, so that what the network does to
    /// one side alone cancels out.
    func confirm(
        _ candidate: DetectedFace, by network: FaceNetwork
    ) throws(FaceDetectorError) -> DetectedFace? {
        guard var face = try look(at: candidate, mirrored: false, by: network) else { return nil }
        var confidences = [candidate.confidence, face.confidence]
        if DetectionPass.confidence(of: confidences) >= Self.worthThirdLook {
            let third = try look(at: face, mirrored: true, by: network)
            confidences.append(third?.confidence ?? 0)
            if let third { face = face.mean(with: third) }
        }
        face.confidence = DetectionPass.confidence(of: confidences)
        return face.confidence >= minimumConfidence ? face : nil
    }

    private func look(
        at candidate: DetectedFace, mirrored: Bool, by network: FaceNetwork
    ) throws(FaceDetectorError) -> DetectedFace? {
        let (look, side) = (DetectionPass(at: candidate), DetectionPass.side)
        let view = image.resampled(under: look.toPhoto, width: side, height: side)
        guard mirrored else {
            return look.face(among: try faces(on: DetectionPass.sheet, of: view, by: network))
        }
        let seen = try faces(on: DetectionPass.sheet, of: view.mirrored, by: network)
        return look.face(among: seen.map { $0.mirrored(width: Double(side)) })
    }

    private func faces(
        on sheet: DetectionMosaic, of image: Image, by network: FaceNetwork
    ) throws(FaceDetectorError) -> [DetectedFace] {
        let least = min(Self.candidateConfidence, minimumConfidence)
        let seen = try network.look(at: sheet, of: image) { $0.faces(minimumConfidence: least) }
        return sheet.inImage(seen, imageWidth: image.width, imageHeight: image.height)
    }
}

extension [FaceNetwork] {
    /// Has each of the items seen by one of the networks, on a thread for each network. Every other
    /// one begins at the end: where items are of two sizes, they prepare for both at once.
    func map<Item: Sendable, Output: Sendable>(
        _ items: [Item],
        _ body: @Sendable (FaceNetwork, Item) throws(FaceDetectorError) -> Output
    ) throws(FaceDetectorError) -> [Output] {
        typealias Outcome = Swift.Result<Output, FaceDetectorError>
        let state = Mutex((rest: items.indices, outcomes: items.map { _ in nil as Outcome? }))
        // Each network is used in one iteration alone.
        nonisolated(unsafe) let networks = self
        DispatchQueue.concurrentPerform(iterations: Swift.min(count, items.count)) { lane in
            func take() -> Int? {
                state.withLock { lane % 2 == 0 ? $0.rest.popFirst() : $0.rest.popLast() }
            }
            while let number = take() {
                let outcome = Outcome { () throws(FaceDetectorError) in
                    try body(networks[lane], items[number])
                }
                state.withLock { $0.outcomes[number] = outcome }
            }
        }
        var outputs: [Output] = []
        for outcome in state.withLock({ $0.outcomes }) {
            if let outcome { outputs.append(try outcome.get()) }
        }
        return outputs
    }
}
