import Foundation
import Imaging
import Mien
import Networks
import Testing
import Torch

/// What a training run is made of: rows, targets, order, batches, averages.
struct TrainingTests {
    /// Plain 4 x 4 images, each of its own grey level, with ten votes each.
    private func dataset(_ votes: [[UInt8]]) -> Dataset {
        let samples = votes.enumerated().map { row, counts in
            Sample(
                id: "\(row)", row: row, emotion: row % 2 == 0 ? .sad : .happy,
                votes: Votes(counts), split: .train)
        }
        let images = votes.indices.map {
            Image(width: 4, height: 4, channels: 1, pixels: .init(repeating: UInt8($0), count: 16))
        }
        return Dataset(name: "made", samples: samples, images: images)
    }

    /// Six neutral to four happy, and the reverse.
    private var twoKinds: Dataset {
        dataset(
            (0 ..< 20).map {
                $0 % 2 == 0 ? [6, 4, 0, 0, 0, 0, 0, 0, 0, 0] : [3, 7, 0, 0, 0, 0, 0, 0, 0, 0]
            })
    }

    private func recipe(_ change: (inout Recipe) -> Void) -> Recipe {
        var recipe = Recipe.paper
        recipe.validationSplit = 0.2
        change(&recipe)
        return recipe
    }

    @Test func softVotesBecomeProbabilities() throws {
        let emotions = try TrainingData(
            recipe {
                $0.labels = .ferplusVotes
                $0.head = .emotions
            }, twoKinds)
        #expect(emotions.classes.count == 8)
        let target = emotions.target(Array(0 ..< emotions.training.count))
        #expect(target.shape == [16, 8])
        for (position, emotion) in emotions.training.emotions.enumerated() {
            let row = Array(target.floats[position * 8 ..< position * 8 + 8])
            #expect(
                row == (emotion == .neutral ? [0.6, 0.4] : [0.3, 0.7])
                    + .init(repeating: 0, count: 6))
        }
        // Two outputs: the share of the positive emotions, here neutral's.
        let binary = try TrainingData(recipe { $0.labels = .ferplusVotes }, twoKinds)
        let shares = binary.target([0]).floats
        #expect(shares.count == 2 && abs(shares[0] + shares[1] - 1) < 1e-6)
        #expect(shares[1] == (binary.training.emotions[0] == .neutral ? 0.6 : 0.3))
    }

    @Test func hardLabelsBecomeClassNumbers() throws {
        let rows = try TrainingData(recipe { $0.labels = .fer2013 }, twoKinds)
        #expect(rows.classes == ["other", "sad-or-neutral"])
        let target = rows.target(Array(0 ..< rows.training.count)).integers
        #expect(target == rows.training.emotions.map { $0 == .sad ? 1 : 0 })
    }

    @Test func answersOfAModelArePartOfTheTargets() throws {
        var rows = try TrainingData(recipe { $0.labels = .fer2013 }, twoKinds)
        let sad = try #require(rows.classNumbers.firstIndex(of: 1))
        let happy = try #require(rows.classNumbers.firstIndex(of: 0))
        var answers = [Float](repeating: 0.5, count: 32)
        answers[sad * 2] = 0.75
        answers[sad * 2 + 1] = 0.25
        rows.softTargets = .init(predictions: answers, share: 0.5)
        #expect(rows.target([sad, happy]).floats == [0.375, 0.625, 0.75, 0.25])
        // Mixed: half of each image.
        #expect(
            rows.target([sad, happy], mixUpLambda: [0.5, 1]).floats == [0.5625, 0.4375, 0.75, 0.25])
    }

    @Test func mixedImagesHaveMixedTargets() throws {
        // Plain images of the levels 0 and 2; the first keeps 0.75 of itself.
        var batch = ImageBatch(
            twoKinds, positions: [0, 1], samples: [0, 2], size: 4, variation: { _ in .identity })
        batch.mix(keeping: [0.75, 1])
        #expect(batch.planes.prefix(16).allSatisfy { $0 == 0.5 })
        #expect(batch.planes.suffix(16).allSatisfy { $0 == 2 })

        let rows = try TrainingData(recipe { $0.labels = .fer2013 }, twoKinds)
        let sad = try #require(rows.classNumbers.firstIndex(of: 1))
        let happy = try #require(rows.classNumbers.firstIndex(of: 0))
        // Three quarters sad; the last takes the rest from the first.
        #expect(
            rows.target([sad, happy], mixUpLambda: [0.75, 0.5]).floats == [0.25, 0.75, 0.5, 0.5])
    }

    @Test func mixUpLambdaAreTheLargerPartsOfBetaDraws() {
        var augmentation = Augmentation()
        #expect(augmentation.keptShare(seed: 1, epoch: 0, sample: 0) == nil)
        augmentation.mixing = 1
        let even = (0 ..< 2000).compactMap {
            augmentation.keptShare(seed: 1, epoch: 0, sample: $0)
        }
        #expect(even.count == 2000 && even.allSatisfy { 0.5 ... 1 ~= $0 })
        // Beta(1, 1) is uniform: the larger part is uniform from 0.5 to 1, its standard deviation
        // 0.144; four standard errors of the mean of 2000 are 0.013.
        #expect(abs(even.reduce(0, +) / 2000 - 0.75) < 0.013)
        // Beta(0.2, 0.2): the larger part has mean 0.899 and deviation 0.140 (scipy, 4 million draws).
        augmentation.mixing = 0.2
        let steep = (0 ..< 2000).compactMap {
            augmentation.keptShare(seed: 1, epoch: 0, sample: $0)
        }
        #expect(abs(steep.reduce(0, +) / 2000 - 0.899) < 0.013)
    }

    @Test func batchesAreOfTheSizeOfTheirEpoch() throws {
        let recipe = recipe {
            $0.labels = .fer2013
            $0.imageSize = 64
            $0.epochs = 3
            $0.progressiveResizing = .init(epochs: 2, imageSize: 48)
            $0.warmRestarts = [
                .init(epochs: 1, imageSize: 72, learningRate: 1e-3),
                .init(epochs: 1, imageSize: 80, learningRate: 1e-3),
            ]
        }
        let rows = try TrainingData(recipe, twoKinds)
        for (epoch, size) in [(0, 48), (1, 48), (2, 64), (3, 72), (4, 80)] {
            let batches = rows.batches(of: twoKinds, recipe, epoch: epoch, from: 0, count: 1)
            let batch = try #require(batches.next())
            #expect(batch.planes.count == batch.positions.count * size * size, "epoch \(epoch)")
        }
    }

    @Test func aCycleHasALearningRateOfItsOwn() {
        var recipe = Recipe()
        recipe.learningRate = 0.5
        recipe.schedule = .cosine
        recipe.epochs = 2
        recipe.warmRestarts = [
            .init(epochs: 1, imageSize: 224, learningRate: 0.25),
            .init(epochs: 1, imageSize: 224, learningRate: 1),
        ]
        func rates(_ total: Int) -> [Double] {
            (0 ..< total).map { recipe.learningRate(step: $0, total: total, stepsPerEpoch: 2) }
        }
        // Half a cosine over four steps, then twice over two: 1 + cos of 0, 45, 90, 135; 0 and 90
        // degrees.
        let root = 0.5.squareRoot()
        let expected = [0.5, 0.25 + 0.25 * root, 0.25, 0.25 - 0.25 * root, 0.25, 0.125, 1, 0.5]
        #expect(zip(rates(8), expected).allSatisfy { abs($0 - $1) < 1e-12 })
        // Cycles span what a run that ends within them has of them.
        #expect(zip(rates(7).suffix(3), [0.25, 0.125, 1]).allSatisfy { abs($0 - $1) < 1e-12 })
        #expect(zip(rates(2), [0.5, 0.25]).allSatisfy { abs($0 - $1) < 1e-12 })
    }

    /// When there could be but one further cycle, it had a name of its own.
    @Test func recipesOfThatTimeKeepTheirCycle() throws {
        let text = String(decoding: try JSONEncoder().encode(Recipe.votes), as: UTF8.self)
        let cycle = #"{"epochs":9,"imageSize":96,"learningRate":0.003}"#
        let older = text.dropLast() + #","secondCycle":\#(cycle)}"#
        let recipe = try JSONDecoder().decode(Recipe.self, from: Data(older.utf8))
        let again = try JSONDecoder().decode(
            Recipe.self, from: try JSONEncoder().encode(recipe))
        #expect(again == recipe && again != .votes)
        // The largest rate of the cycle is its own.
        let rates = (10 ..< 19).map {
            recipe.learningRate(step: $0, total: 19, stepsPerEpoch: 1)
        }
        #expect(try #require(rates.max()) > 0.0029)
    }

    @Test func trainingAndValidationAreApart() throws {
        let rows = try TrainingData(recipe { $0.labels = .fer2013 }, twoKinds)
        #expect(rows.training.count == 16 && rows.validation.count == 4)
        #expect(Set(rows.training.indices).isDisjoint(with: rows.validation.indices))
    }

    @Test func balancedWeightsAreInverseToTheShares() throws {
        // Three of four rows are happy; weights are n / (classes * count).
        let data = dataset(
            (0 ..< 40).map { $0 % 4 == 0 ? [10] : [0, 10] }.map {
                $0 + .init(repeating: 0, count: 10 - $0.count)
            })
        let rows = try TrainingData(recipe { $0.labels = .ferplus }, data)
        let positives = Float(rows.classNumbers.filter { $0 == 1 }.count)
        let count = Float(rows.training.count)
        let weights = try #require(rows.classWeights(.balanced)).floats
        #expect(weights == [count / (2 * (count - positives)), count / (2 * positives)])
        #expect(rows.classWeights(.none) == nil)
    }

    @Test func aRestOfOneImageIsLeftOut() throws {
        let rows = try TrainingData(recipe { $0.labels = .fer2013 }, twoKinds)  // 16 rows
        #expect(rows.batchCount(8) == 2 && rows.batchCount(7) == 3 && rows.batchCount(5) == 3)
    }

    @Test func orderIsAFunctionOfSeedAndEpoch() {
        let order = shuffledOrder(count: 100, seed: 1, epoch: 0)
        #expect(order.sorted() == Array(0 ..< 100))
        #expect(order == shuffledOrder(count: 100, seed: 1, epoch: 0))
        #expect(order != shuffledOrder(count: 100, seed: 1, epoch: 1))
        #expect(order != shuffledOrder(count: 100, seed: 2, epoch: 0))
    }

    @Test func augmentationStaysInItsRangeAndCoversIt() {
        let warps = (0 ..< 1000).map {
            Augmentation().variation(seed: 3, epoch: 1, sample: $0).warp
        }
        #expect(warps.allSatisfy { abs($0.rotationDegrees) <= 10 && 0.9 ... 1.1 ~= $0.scale })
        #expect(warps.contains { $0.rotationDegrees > 9 } && warps.contains { $0.scale < 0.91 })
        // Binomial with p 0.5: 1000 draws lie within four standard deviations, 63, of 500.
        #expect(abs(warps.count { $0.flipped } - 500) < 64)
        #expect(Augmentation().variation(seed: 3, epoch: 1, sample: 7).warp == warps[7])
        #expect(Augmentation.none.variation(seed: 3, epoch: 1, sample: 7) == .identity)
    }

    @Test func widerVariationsStayInTheirRangesAndLeaveTheWarpAlone() {
        var wide = Augmentation()
        wide.shift = 0.12
        wide.brightness = 0.1
        wide.contrast = 0.25
        wide.erasingProbability = 0.25
        let all = (0 ..< 1000).map { wide.variation(seed: 3, epoch: 1, sample: $0) }
        #expect(all.allSatisfy { abs($0.warp.shiftX) <= 0.12 && abs($0.warp.shiftY) <= 0.12 })
        #expect(all.contains { $0.warp.shiftX < -0.11 } && all.contains { $0.warp.shiftY > 0.11 })
        #expect(all.allSatisfy { abs($0.brightness) <= 0.1 && 0.75 ... 1.25 ~= $0.contrast })
        #expect(all.contains { $0.brightness > 0.09 } && all.contains { $0.contrast < 0.76 })
        let erased = all.compactMap(\.erased)
        // Binomial with p 0.25: four standard deviations of 1000 draws are 55.
        #expect(abs(erased.count - 250) < 56)
        #expect(
            erased.allSatisfy {
                0.019 ... 0.201 ~= $0.width * $0.height && $0.x >= 0 && $0.x + $0.width <= 1
                    && $0.y >= 0 && $0.y + $0.height <= 1
            })
        var plain = all[7].warp
        (plain.shiftX, plain.shiftY) = (0, 0)
        #expect(plain == Augmentation().variation(seed: 3, epoch: 1, sample: 7).warp)
    }

    @Test func levelsAreStretchedAboutMiddleGreyThenShiftedAndErased() {
        var variation = SampledTransform()
        variation.contrast = 2
        variation.brightness = 0.1
        variation.erased = .init(x: 0.5, y: 0, width: 0.5, height: 0.5, level: 7)
        var plane: [Float] = [0, 127.5, 140, 255]
        plane.withUnsafeMutableBufferPointer { variation.retouch($0, size: 2) }
        // 127.5 + (140 - 127.5) * 2 + 25.5 = 178; the ends clamp; top right is erased.
        #expect(plane == [0, 7, 178, 255])
    }

    @Test func recipesFromBeforeTheWiderVariationsAreRead() throws {
        let old = #"{"flipProbability":0.5,"rotationDegrees":10,"scale":[0.9,1.1]}"#
        #expect(try JSONDecoder().decode(Augmentation.self, from: Data(old.utf8)) == Augmentation())
    }

    @Test func imagesAreNormalisedPerChannel() {
        let batch = ImageBatch(
            twoKinds, positions: [0, 1], samples: [0, 10], size: 8, variation: { _ in .identity })
        let input = batch.tensor(.imageNet, dtype: .float32, device: .cpu)
        #expect(input.shape == [2, 3, 8, 8])
        // Level 10 of 255 under ImageNet's mean and deviation; float32 has 7 digits.
        let expected: [Float] = [0.485, 0.456, 0.406].enumerated().map {
            (10 / 255 - $1) / [0.229, 0.224, 0.225][$0]
        }
        let values = input.floats
        for channel in 0 ..< 3 {
            for pixel in 0 ..< 64 {
                #expect(abs(values[(3 + channel) * 64 + pixel] - expected[channel]) < 1e-5)
            }
        }
    }

    @Test func anImageThatIsNotSquareGivesItsMiddle() {
        // 6 x 4: the columns 0, 1, ... 5; the middle square has the columns 1 to 4.
        let image = Image(
            width: 6, height: 4, channels: 1, pixels: (0 ..< 24).map { UInt8($0 % 6) })
        let data = Dataset(
            name: "wide", samples: [Sample(id: "0", row: 0)], images: [image])
        let batch = ImageBatch(
            data, positions: [0], samples: [0], size: 4, variation: { _ in .identity })
        #expect(Array(batch.planes.prefix(4)) == [1, 2, 3, 4])
    }

    @Test func elementsComeInOrderAndCanBeCancelled() {
        let all = Prefetcher(count: 50) { $0 * 2 }
        var seen: [Int] = []
        while let element = all.next() { seen.append(element) }
        #expect(seen == (0 ..< 50).map { $0 * 2 })
        let cancelled = Prefetcher(count: 1_000_000_000) { $0 }
        #expect(cancelled.next() == 0)
        cancelled.cancel()
        while cancelled.next() != nil {}
    }

    @Test func averagesMoveByTheirShare() {
        let from = NetworkModule(Architecture.resnet18.network(outputs: 2), seed: 1)
        let to = NetworkModule(Architecture.resnet18.network(outputs: 2), seed: 2)
        let before = from.head.weight.floats
        let target = to.head.weight.floats
        withoutGradients { from.moveTensors(towards: to, keep: 0.75) }
        for (index, value) in from.head.weight.floats.enumerated() {
            // One rounding of float32 each.
            #expect(abs(value - (0.75 * before[index] + 0.25 * target[index])) < 1e-6)
        }
    }

    @Test func recipesSurviveAFile() throws {
        for recipe in Recipe.named {
            let data = try JSONEncoder().encode(recipe)
            #expect(try JSONDecoder().decode(Recipe.self, from: data) == recipe)
            try recipe.validate()
        }
        let paper = Recipe.paper
        #expect(paper.optimizer == .adam && paper.learningRate == 1e-4 && paper.epochs == 2)
        #expect(paper.batchSize == 100 && paper.validationSplit == 0.2 && paper.imageSize == 224)
        #expect(paper.schedule == .constant && paper.weightDecay == 0)
    }
}
