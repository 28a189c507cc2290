import Foundation
import Networks
import Testing

/// torchvision's networks with seven outputs, by `Golden/architectures.py`.
private struct Reference: Decodable {
    struct Entry: Decodable, Equatable {
        let path: String
        let shape: [Int]
        let isLearnt: Bool

        init(_ parameter: Parameter) {
            (path, shape, isLearnt) = (parameter.path, parameter.shape, parameter.isLearnt)
        }

        init(from decoder: any Decoder) throws {
            var list = try decoder.unkeyedContainer()
            path = try list.decode(String.self)
            shape = try list.decode([Int].self)
            isLearnt = try list.decode(Bool.self)
        }
    }

    let multiply_adds: Int
    let size: Int
    let learnt: Int
    let parameters: [Entry]

    static let all: [String: Reference] = {
        guard
            let url = Bundle.module.url(
                forResource: "architectures", withExtension: "json", subdirectory: "Golden"),
            let data = try? Data(contentsOf: url),
            let all = try? JSONDecoder().decode([String: Reference].self, from: data)
        else { return [:] }
        return all
    }()
}

struct ArchitectureTests {
    @Test(arguments: [
        Architecture.resnet18, .resnet34, .resnet50, .vgg16, .vgg16BatchNorm, .inceptionV3,
    ])
    func parametersAreThoseOfTorchvision(architecture: Architecture) throws {
        let reference = try #require(Reference.all[architecture.rawValue])
        let network = architecture.network(outputs: 7)
        #expect(network.name == architecture.rawValue)
        #expect(
            network.parameters.map(Reference.Entry.init).sorted { $0.path < $1.path }
                == reference.parameters.sorted { $0.path < $1.path })
        #expect(network.parameterCount() == reference.learnt)
        #expect(try network.multiplyAdds(imageSize: reference.size) == reference.multiply_adds)
        #expect(architecture.imageSize == reference.size)
    }

    /// 832 + 51,264 + 204,928 + 2,359,808 + 3,591, by hand.
    @Test func theShallowNetworkHasTheParametersOfItsLayers() throws {
        let network = Architecture.shallowCNN.network(outputs: 7)
        #expect(network.parameterCount() == 2_620_423)
        #expect(
            network.parameters.map(\.path) == [
                "features.0.weight", "features.0.bias", "features.3.weight", "features.3.bias",
                "features.6.weight", "features.6.bias", "classifier.0.weight",
                "classifier.0.bias", "classifier.3.weight", "classifier.3.bias",
            ])
        // Its hidden layer reads 6 x 6 positions.
        let error = #expect(throws: NetworkError.self) { try network.shapes(imageSize: 64) }
        #expect(error?.node == "classifier.0")
        #expect(error?.found == "8192 values")
    }

    @Test func theTinyNetworkStaysUnderSevenHundredThousand() throws {
        let network = Architecture.tiny.network(outputs: 8)
        #expect(network.parameterCount() < 700_000)
        #expect(try network.shapes(imageSize: 96)["blocks.7.relu2"] == [512, 6, 6])
        #expect(network.inputChannels == 3)
        #expect(Architecture.tiny.network(outputs: 8, inputChannels: 1).inputChannels == 1)
    }

    @Test func stagesAreFoundByTheirPath() throws {
        let network = Architecture.resnet18.network(outputs: 2)
        #expect(network.node(at: "layer4")?.name == "layer4.1.relu")
        #expect(network.node(at: "layer1.0.conv2")?.inputs == ["layer1.0.relu1"])
        #expect(network.node(at: "layer9") == nil)
        let shapes = try network.shapes(imageSize: 224)
        #expect(shapes["layer4.1.relu"] == [512, 7, 7])
        #expect(shapes["maxpool"] == [64, 56, 56])
        #expect(shapes[network.output] == [2])
    }

    @Test func smallImagesAreRefusedByTheNodeThatCannotTakeThem() throws {
        let vgg = Architecture.vgg16.network(outputs: 2)
        let error = #expect(throws: NetworkError.self) { try vgg.shapes(imageSize: 31) }
        #expect(error?.node == "features.30")
        #expect(try vgg.shapes(imageSize: 32)["features.30"] == [512, 1, 1])
        let inception = Architecture.inceptionV3.network(outputs: 2)
        #expect(throws: NetworkError.self) { try inception.shapes(imageSize: 74) }
        #expect(try inception.shapes(imageSize: 75)["Mixed_7c"] == [2048, 1, 1])
    }

    @Test func theSecondHeadNeedsLargeImages() {
        let inception = Architecture.inceptionV3.network(outputs: 2)
        #expect(!inception.hasAuxiliary(imageSize: 75))
        #expect(inception.hasAuxiliary(imageSize: 299))
        #expect(
            inception.parameterCount() - inception.parameterCount(countsAuxiliary: false)
                == 768 * 128 + 2 * 128 + 128 * 768 * 25 + 2 * 768 + 768 * 2 + 2)
        #expect(!Architecture.resnet18.network(outputs: 2).hasAuxiliary(imageSize: 299))
    }
}

/// Positions of windows, by PyTorch's rules.
@Suite struct WindowTests {
    /// torch.nn.MaxPool2d(side, stride, padding, ceil_mode=...) over a row of `length` positions.
    @Test(arguments: [
        (Window(3, stride: 2), 8, 3), (Window(3, stride: 2, coversEdge: true), 8, 4),
        (Window(3, stride: 2, coversEdge: true), 7, 3), (Window(3, stride: 2), 2, 0),
        // A third window of two would begin in the padding behind.
        (Window(2, stride: 3, padding: 1, coversEdge: true), 5, 2),
        (Window(2, stride: 3, padding: 1, coversEdge: true), 6, 3),
    ])
    func positionsAlongARow(_ window: Window, _ length: Int, _ expected: Int) {
        #expect(window.positions(along: length) == expected)
    }
}
