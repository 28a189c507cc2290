import HTTPTypes
import Foundation
import Mien

/// A model that the service answers with.
public final class LoadedModel: Sendable {
    /// As requests name it.
    public let name: String
    let url: URL
    /// SHA-256 of the model file, 64 hexadecimal digits.
    let sha256: String
    let predictor: Predictor
    /// The model card in Markdown.
    let cardText: String
    private let faceExtractor: FaceExtractor
    /// One thread, so that the model that explains is made once.
    private let making = WorkerPool<ExplainerBox>("explainer", count: 1) { ExplainerBox() }

    /// - Parameter batch: told how many faces were scored together.
    /// - Throws: as `Predictor`.
    init(
        _ name: String, _ url: URL, faceExtractor: FaceExtractor,
        batch: @escaping @Sendable (Int) -> Void
    ) throws {
        self.name = name
        self.url = url
        self.faceExtractor = faceExtractor
        let model = try Model(contentsOf: url)
        sha256 = try Model.sha256(ofFile: url)
        predictor = Predictor(
            model, faceExtractor: faceExtractor,
            threads: faceExtractor.options.workers,
            batch: batch)
        cardText = predictor.card.markdown()
    }

    /// What makes maps too; read at the first use, since it needs libtorch and the weights.
    /// - Throws: `Problem` for a model that cannot be explained.
    func explainer() async throws -> Predictor {
        let (url, faceExtractor, card) = (url, faceExtractor, predictor.card)
        guard card.isNetwork, card.quantization == nil else {
            throw Problem(
                .unprocessableContent, "no_explanation",
                "Only networks of floating-point weights make heat maps.")
        }
        return try await making.run { box in
            if let made = box.predictor { return made }
            let made = Predictor(
                try Model(contentsOf: url), faceExtractor: faceExtractor,
                explainer: ExplanationSession(for: card)
            )
            box.predictor = made
            return made
        }
    }
}

private final class ExplainerBox {
    var predictor: Predictor?
}
