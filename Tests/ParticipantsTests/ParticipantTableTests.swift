import Participants
import Testing

@Suite struct ParticipantTableTests {
    @Test func columnsOfAModality() {
        let table = ParticipantTable(
            participants: [Participant(id: "300", corpus: "daic-woz", label: true)],
            columns: [
                FeatureColumn(name: "f0_mean", modality: .voice, unit: "Hz"),
                FeatureColumn(name: "au12_mean", modality: .face),
                FeatureColumn(name: "voiced_share", modality: .voice, unit: "share"),
            ], values: [[120, .nan, 0.5]])
        #expect(table.positions(of: .voice) == [0, 2])
        #expect(table.positions(of: .text) == [])
        #expect(table.participants[0].group == "300")
    }
}
