/// Every rate of the generated traffic. Shares are 0...1; a mean is per person unless it says otherwise.
///
/// The numbers here are the default shape; `Shape+Fields.swift` gives each its name in the file, its range and
/// what it means.
struct Shape: Equatable {
    // Calendar.
    var days = 28.0

    // Who there is.
    var neverKnown = 0.12
    var bots = 0.01
    var accounts = 0.55
    var loyaltyCards = 0.4
    var replacedCards = 0.08
    var secondEmail = 0.25
    var noPhone = 0.25
    var secondPhone = 0.12
    var paymentTokens = 0.65
    var secondToken = 0.2
    var secondDevice = 0.5
    var thirdDevice = 0.2
    var app = 0.3
    var inHousehold = 0.5

    // Visits.
    var sessions = 9.0
    var sessionSpread = 1.0
    var anonymousAtEntry = 0.58
    var accountReadiness = 2.5
    var views = 1.4
    var cookieless = 0.04
    var cookieLifetimeDays = 45.0
    var loginLater = 0.22
    var signUp = 0.07
    var orders = 0.09
    var secondEmailUse = 0.2
    var guestPhone = 0.5

    // Shops, telephone, customer records.
    var posPurchases = 0.6
    var receiptEmail = 0.25
    var calls = 0.06
    var records = 0.25
    var duplicateRecords = 0.05
    var recordUpdates = 0.3

    // Behaviour and consent.
    var returns = 0.15
    var discounts = 0.2
    var bannerDecisions = 0.3
    var bannerDenials = 0.4
    var withdrawals = 0.04

    // What makes it hard.
    var sharedDevices = 0.06
    var sharedDeviceUse = 0.2
    var sharedTokens = 0.04
    var recycledPhones = 0.02
    var kiosks = 3.0
    var kioskVisits = 0.01
    var placeholderEmails = 0.02
    var callCentrePhone = 0.08
    var typos = 0.03
    var variantSpelling = 0.08

    // Networks and devices.
    var connectionsSeen = 1.0
    var addressDays = 25.0
    var versionSix = 0.2
    var carrierNAT = 0.04
    var carrierNATPeople = 60.0
    var mobile = 0.35
    var mobilePeople = 25.0
    var officeWorkers = 0.3
    var officePeople = 40.0
    var officeDevices = 0.3
    var virtualNetworks = 0.03
    var virtualExits = 12.0
    var commonDevices = 1.0
    var rhythm = 0.5

    // Delivery.
    var late = 0.08
    var lateHours = 6.0
    var duplicated = 0.02
}
