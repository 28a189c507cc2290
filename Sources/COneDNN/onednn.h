// Only the link settings of oneDNN come from here; its C++ headers are included by ScoringEngine
// alone.
