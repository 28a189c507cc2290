import CClassical

/// A random forest (Breiman 2001, "Random Forests"): its decision values are shares of its trees, 0...1:
/// of two classes the share that votes for the second, else that of each class.
package struct RandomForest: DecisionFunction, Equatable {
    /// The first node of each tree.
    package let roots: [Int32]
    /// Of each node, the column that is compared; -1 for a leaf.
    package let splitColumns: [Int32]
    package let thresholds: [Float]
    /// The next node for numbers up to the threshold, and for larger ones; -1 for a leaf.
    package let left: [Int32]
    package let right: [Int32]
    /// The class that a leaf votes for.
    package let votes: [UInt8]
    package let columns: Int
    /// 1, or the number of classes.
    package let valueCount: Int

    package init(
        roots: [Int32], splitColumns: [Int32], thresholds: [Float], left: [Int32], right: [Int32],
        votes: [UInt8], columns: Int, valueCount: Int = 1
    ) {
        self.roots = roots
        self.splitColumns = splitColumns
        self.thresholds = thresholds
        self.left = left
        self.right = right
        self.votes = votes
        self.columns = columns
        self.valueCount = valueCount
    }

    /// Trees of samples drawn with replacement, each split out of as many columns as the square root
    /// of their number.
    /// - Parameters:
    ///   - depth: of the deepest leaf.
    ///   - seed: decides the trees; nothing else does.
    /// - Throws: `ClassicalTrainingError`, also for rows of one class.
    package init(
        training rows: FeatureMatrix, labels: [Bool], trees: Int, depth: Int, seed: UInt64
    ) throws(ClassicalTrainingError) {
        try self.init(
            training: rows, classNumbers: labels.map { $0 ? 1 : 0 }, valueCount: 1, trees: trees,
            depth: depth, seed: seed)
    }

    /// - Parameters:
    ///   - classNumbers: of each row; 0 and 1 for one value, else below `valueCount`.
    ///   - valueCount: see ``valueCount``; at most 256.
    /// - Throws: `ClassicalTrainingError`, also for rows of one class.
    package init(
        training rows: FeatureMatrix, classNumbers: [UInt8], valueCount: Int, trees: Int,
        depth: Int, seed: UInt64
    ) throws(ClassicalTrainingError) {
        // A generator of OpenCV must not stand at 0.
        var settings = classical_forest_settings(
            trees: Int32(trees), depth: Int32(depth), fewest_rows: 1, seed: seed &+ 1)
        var trained = classical_forest()
        let status = rows.withRows(classNumbers: classNumbers) {
            classical.train_forest(&trained, $0, &settings)
        }
        try requireTrained("A random forest", status)
        defer { classical.free_forest(&trained) }
        func array<Element>(_ start: UnsafePointer<Element>?, _ count: Int32) -> [Element] {
            Array(UnsafeBufferPointer(start: start, count: Int(count)))
        }
        self.init(
            roots: array(trained.roots, trained.trees),
            splitColumns: array(trained.columns, trained.nodes),
            thresholds: array(trained.thresholds, trained.nodes),
            left: array(trained.left, trained.nodes), right: array(trained.right, trained.nodes),
            votes: array(trained.votes, trained.nodes), columns: rows.columns,
            valueCount: valueCount)
    }

    package func decisionValues(of rows: FeatureMatrix) -> [Double] {
        precondition(rows.columns == columns, "expected \(columns) columns, got \(rows.columns)")
        return (0 ..< rows.count).flatMap { index in
            var counts = [Int](repeating: 0, count: max(valueCount, 2))
            rows.withRow(index) { row in
                for root in roots { counts[Int(votes[leaf(of: row, from: Int(root))])] += 1 }
            }
            return (valueCount == 1 ? counts[1...] : counts[...]).map {
                Double($0) / Double(roots.count)
            }
        }
    }

    private func leaf(of row: UnsafeBufferPointer<Float>, from root: Int) -> Int {
        var node = root
        while splitColumns[node] >= 0 {
            node = Int(
                row[Int(splitColumns[node])] <= thresholds[node] ? left[node] : right[node])
        }
        return node
    }
}
