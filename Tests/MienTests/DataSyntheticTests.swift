import Imaging
import Mien
import Testing

struct DataSyntheticTests {
    @Test func optionsAreRead() throws {
        #expect(try SyntheticOptions(parsing: "faces.csv") == nil)
        #expect(try SyntheticOptions(parsing: "synthetic") == SyntheticOptions())
        let options = try #require(
            try SyntheticOptions(parsing: "synthetic:seed=7,train=20,valid=0,test=9"))
        #expect(options.name == "synthetic:seed=7,train=20,valid=0,test=9")
        #expect(options.seed == 7)
        for name in [
            "synthetic:size=3", "synthetic:train", "synthetic:train=-1", "synthetic:test=9999999",
        ] {
            #expect(throws: DataError.self) { try SyntheticOptions(parsing: name) }
        }
        #expect(loadingError("synthetic:train=0,valid=0,test=0")?.kind == .empty)
        #expect(loadingError("synthetic", votes: "votes.csv")?.kind == .request)
    }

    @Test func facesAreLabelledSyntheticAndSplitByPerson() throws {
        let dataset = try Dataset.load(data: "synthetic:seed=3,train=40,valid=20,test=20")
        #expect(dataset.isSynthetic)
        #expect(dataset.count == 80)
        #expect(sides(of: 0, in: dataset) == [48, 48])
        func people(_ split: Split) -> Set<String> {
            Set(dataset.samples.filter { $0.split == split }.compactMap(\.subject))
        }
        #expect(people(.train).isDisjoint(with: people(.valid)))
        #expect(people(.valid).isDisjoint(with: people(.test)))
        #expect(DatasetSummary(of: dataset).description.contains("SYNTHETIC"))
        let again = try Dataset.load(data: dataset.name)
        #expect(again.sha256 == dataset.sha256)
        #expect(again.image(at: 79) == dataset.image(at: 79))
        let other = try Dataset.load(data: "synthetic:seed=4,train=40,valid=20,test=20")
        #expect(other.sha256 != dataset.sha256)
    }
}
