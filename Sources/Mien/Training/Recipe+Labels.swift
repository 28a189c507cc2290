extension Recipe {
    /// Takes the data's own labels where the data lacks those of the recipe: votes, or one label
    /// for each image.
    /// - Returns: a sentence that says so; `nil` where nothing changed.
    public mutating func adoptLabels(of dataset: Dataset) -> String? {
        let hasLabels = dataset.samples.contains { $0.emotion != nil }
        guard labels.needsVotes ? !dataset.hasVotes && hasLabels : !hasLabels && dataset.hasVotes
        else { return nil }
        let wanted = labels
        labels = dataset.defaultProtocol
        keepSingleVotes = false
        return "The data has \(wanted.needsVotes ? "no votes" : "votes only"): labels are "
            + "\(labels.rawValue), not the recipe's \(wanted.rawValue)."
    }
}
