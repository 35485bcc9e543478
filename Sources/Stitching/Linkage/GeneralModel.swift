internal import Identity

extension LinkageModel {
    /// What is known of errors where nothing can be learnt. The m of matches, households and namesakes is what
    /// `evaluate-linkage --synthetic general --verbose` learns of synthetic people, two thirds of whom have several records;
    /// that of the other classes is taken from those two. Frequencies are none, and the shares a beginning.
    package static let general: LinkageModel = {
        var comparisons: [ComparisonModel] = []
        for line in GeneralModel.lines.split(separator: "\n") {
            let words = line.split(separator: " ")
            let m = words.compactMap { Double($0) }
            if let name = words.first, m.isEmpty, let field = AttributeSchema.standard.field(named: String(name)) {
                let kind = ComparisonKind(field, AttributeSchema.standard[field].kind)
                comparisons.append(
                    ComparisonModel(
                        name: String(name), comparison: Comparison(field: field, kind: kind), levels: [],
                        frequencies: .none))
            } else {
                comparisons[comparisons.count - 1].levels.append(LevelModel(u: 0.5, m: m, meanRarity: 0))
            }
        }
        return LinkageModel(
            version: 0, comparisons: comparisons, shares: GeneralModel.shares,
            linkThreshold: LinkWeight(probability: 0.5),
            reviewThreshold: LinkWeight(probability: 0.1), blocking: .none, trainedRecords: 0)
    }()
}

/// The numbers of `LinkageModel.general`.
private enum GeneralModel {
    /// By `PairClass`.
    static let shares = [1e-4, 1e-4, 1e-4, 1e-6, 1e-4, 1e-5, 1e-6]

    // A field; below it its levels, each with m by `PairClass`.
    static let lines = """
        given_name
          0.026 0.9773 0.0004 0.026 0.9773 0.026 0.026
          0.0095 0.0068 1e-05 0.0095 0.0068 0.0095 0.0095
          0.0249 0.001 0.0001 0.0249 0.001 0.0249 0.0249
          0.0004 1e-05 0.0002 0.0004 1e-05 0.0004 0.0004
          0.1378 0.0019 0.0741 0.1378 0.0019 0.1378 0.1378
          0.7085 0.0098 0.9249 0.7085 0.0098 0.7085 0.7085
          0.0528 0.0027 1e-05 0.0528 0.0027 0.0528 0.0528
          0.0315 0.0006 0.0001 0.0315 0.0006 0.0315 0.0315
          0.0085 1e-05 1e-05 0.0085 1e-05 0.0085 0.0085
        additional_name
          0.0421 0.9588 0.0004 0.0421 0.9588 0.0421 0.0421
          0.0042 0.0049 1e-05 0.0042 0.0049 0.0042 0.0042
          0.0071 0.0007 1e-05 0.0071 0.0007 0.0071 0.0071
          0.0001 1e-05 1e-05 0.0001 1e-05 0.0001 0.0001
          0.1267 0.0128 0.0002 0.1267 0.0128 0.1267 0.1267
          0.5354 0.0094 0.9994 0.5354 0.0094 0.5354 0.5354
          0.2844 0.0133 1e-05 0.2844 0.0133 0.2844 0.2844
          1e-05 0.0001 1e-05 1e-05 0.0001 1e-05 1e-05
        family_name
          0.0347 0.122 0.9838 0.122 0.122 0.0347 0.122
          0.0056 0.0038 0.0103 0.0038 0.0038 0.0056 0.0038
          0.0272 0.0122 0.001 0.0122 0.0122 0.0272 0.0122
          0.0015 0.0013 1e-05 0.0013 0.0013 0.0015 0.0013
          0.1135 0.0981 0.0006 0.0981 0.0981 0.1135 0.0981
          0.8173 0.7624 0.0043 0.7624 0.7624 0.8173 0.7624
          1e-05 1e-05 1e-05 1e-05 1e-05 1e-05 1e-05
          1e-05 1e-05 1e-05 1e-05 1e-05 1e-05 1e-05
        birth_date
          0.0006 0.8763 0.8763 0.0006 0.8763 0.0006 0.8763
          0.0126 0.1104 0.1104 0.0126 0.1104 0.0126 0.1104
          0.0035 0.0113 0.0113 0.0035 0.0113 0.0035 0.0113
          0.0022 0.0008 0.0008 0.0022 0.0008 0.0022 0.0008
          0.0013 1e-05 1e-05 0.0013 1e-05 0.0013 1e-05
          0.1414 0.0011 0.0011 0.1414 0.0011 0.1414 0.0011
          0.8377 0.0001 0.0001 0.8377 0.0001 0.8377 0.0001
          0.0007 1e-05 1e-05 0.0007 1e-05 0.0007 1e-05
        gender
          0.0107 0.5 1e-05 0.0107 0.5 0.0107 0.0107
          0.9893 0.5 1 0.9893 0.5 0.9893 0.9893
        street_address
          0.001 0.0021 0.8922 0.0021 0.0021 0.001 0.0021
          0.0001 0.0002 0.0946 0.0002 0.0002 0.0001 0.0002
          0.0117 0.007 0.0126 0.007 0.007 0.0117 0.007
          0.0272 0.0184 1e-05 0.0184 0.0184 0.0272 0.0184
          0.1226 0.0983 0.0001 0.0983 0.0983 0.1226 0.0983
          0.8374 0.8739 0.0005 0.8739 0.8739 0.8374 0.8739
        house_number
          0.012 0.006 0.8183 0.006 0.006 0.012 0.006
          0.0028 0.0018 0.0036 0.0018 0.0018 0.0028 0.0018
          0.1486 0.0828 0.1685 0.0828 0.0828 0.1486 0.0828
          0.8365 0.9095 0.0095 0.9095 0.9095 0.8365 0.9095
        locality
          0.0009 0.0004 0.985 0.0004 0.0004 0.0009 0.0004
          0.0034 0.0028 0.0098 0.0028 0.0028 0.0034 0.0028
          0.0251 0.0172 0.0007 0.0172 0.0172 0.0251 0.0172
          0.0084 0.007 1e-05 0.007 0.007 0.0084 0.007
          0.126 0.1082 0.0006 0.1082 0.1082 0.126 0.1082
          0.8361 0.8645 0.0039 0.8645 0.8645 0.8361 0.8645
        region
          0.0331 0.0161 0.8691 0.0161 0.0161 0.0331 0.0161
          0.0042 0.0034 0.0006 0.0034 0.0034 0.0042 0.0034
          0.1147 0.1029 0.0155 0.1029 0.1029 0.1147 0.1029
          0.848 0.8777 0.1148 0.8777 0.8777 0.848 0.8777
        postal_code
          0.0136 0.0066 0.9822 0.0066 0.0066 0.0136 0.0066
          0.0113 0.0061 0.0093 0.0061 0.0061 0.0113 0.0061
          0.1566 0.0918 0.0044 0.0918 0.0918 0.1566 0.0918
          0.8185 0.8955 0.0042 0.8955 0.8955 0.8185 0.8955
        national_id
          0.0242 0.9999 0.9999 0.9999 0.9999 0.0242 0.9999
          0.0085 1e-05 1e-05 1e-05 1e-05 0.0085 1e-05
          0.1652 1e-05 1e-05 1e-05 1e-05 0.1652 1e-05
          0.8021 0.0001 1e-05 0.0001 0.0001 0.8021 0.0001
        """
}
