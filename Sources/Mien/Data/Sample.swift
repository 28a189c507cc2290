/// What is known of one image, apart from its pixels.
public struct Sample: Sendable, Equatable {
    /// Unique in its data set: the row of a FER-2013 csv, counted from 0, or the path of the
    /// image inside the data set.
    public let id: String
    /// Counted from 0 over all rows of the source, bad ones included.
    public let row: Int
    /// The line in the source file, counted from 1; `nil` for an image that no file lists.
    public let line: Int?
    /// The data's own label.
    public let emotion: Emotion?
    public let votes: Votes?
    public let split: Split?
    /// Who is seen; images of one subject never fall on both sides of a split that Mien makes.
    public let subject: String?
    /// The clip or sequence that the image is a frame of; it stays on one side likewise.
    public let sequence: String?
    /// Further columns of a manifest.
    public let attributes: [String: String]

    public init(
        id: String, row: Int, line: Int? = nil, emotion: Emotion? = nil, votes: Votes? = nil,
        split: Split? = nil, subject: String? = nil, sequence: String? = nil,
        attributes: [String: String] = [:]
    ) {
        self.id = id
        self.row = row
        self.line = line
        self.emotion = emotion
        self.votes = votes
        self.split = split
        self.subject = subject
        self.sequence = sequence
        self.attributes = attributes
    }
}
