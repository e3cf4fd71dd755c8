"""Types of JSON-LD that speak of the site, its owner or a picture: what they say is the same on every page.

Source: schema.org 29, Organization with the types below it, WebSite, WebPageElement, Person, Brand, ImageObject.
"""

_NAMES = """
    Organization WebSite WebSites Person Brand Place PostalAddress ContactPoint ImageObject Logo SearchAction
    WPHeader WPFooter WPSideBar SiteNavigationElement WebPageElement BreadcrumbList
    Airline Consortium Cooperative Corporation FundingAgency FundingScheme Project ResearchProject WorkersUnion
    LibrarySystem OnlineMarketplace PerformingGroup DanceGroup MusicGroup TheaterGroup PoliticalParty
    EducationalOrganization CollegeOrUniversity ElementarySchool HighSchool MiddleSchool Preschool School
    MedicalOrganization Dentist DiagnosticLab Hospital MedicalClinic CovidTestingFacility Pharmacy Physician
    IndividualPhysician PhysiciansOffice VeterinaryCare SportsTeam
    LocalBusiness AnimalShelter ArchiveOrganization AutomotiveBusiness AutoBodyShop AutoDealer AutoPartsStore
    AutoRental AutoRepair AutoWash GasStation MotorcycleDealer MotorcycleRepair ChildCare DryCleaningOrLaundry
    EmergencyService FireStation PoliceStation EmploymentAgency EntertainmentBusiness AdultEntertainment AmusementPark
    ArtGallery Casino ComedyClub MovieTheater NightClub FinancialService AccountingService AutomatedTeller
    BankOrCreditUnion InsuranceAgency FoodEstablishment Bakery BarOrPub Brewery CafeOrCoffeeShop Distillery
    FastFoodRestaurant
    IceCreamShop Restaurant Winery GovernmentOffice PostOffice HealthAndBeautyBusiness BeautySalon DaySpa HairSalon
    HealthClub NailSalon TattooParlor HomeAndConstructionBusiness Electrician GeneralContractor HVACBusiness
    HousePainter Locksmith MovingCompany Plumber RoofingContractor InternetCafe LegalService Attorney Notary Library
    LodgingBusiness BedAndBreakfast Campground Hostel Hotel Motel Resort SkiResort VacationRental MedicalBusiness
    CommunityHealth Dermatology DietNutrition Emergency Geriatric Gynecologic Midwifery Nursing Obstetric Oncologic
    Optician Optometric Otolaryngologic Pediatric Physiotherapy PlasticSurgery Podiatric PrimaryCare Psychiatric
    PublicHealth ProfessionalService RadioStation RealEstateAgent RecyclingCenter SelfStorage ShoppingCenter
    SportsActivityLocation BowlingAlley ExerciseGym GolfCourse PublicSwimmingPool SportsClub StadiumOrArena
    TennisComplex Store TelevisionStation TouristInformationCenter TravelAgency
"""
SITE_TYPES = frozenset(name.lower() for name in _NAMES.split())
_ENDINGS = ("organization", "business", "store")  # NewsMediaOrganization, OnlineBusiness, ShoeStore and some forty more


def is_of_site(types: object) -> bool:
    """Whether a JSON-LD @type, a name or a list of names, with or without its address, is one of the site's.

    >>> [is_of_site(t) for t in ("Organization", ["Thing", "https://schema.org/ShoeStore"], "Article", None)]
    [True, True, False, False]
    """
    names = types if isinstance(types, list) else [types]
    for name in names:
        if isinstance(name, str):
            short = name.replace("#", "/").replace(":", "/").rpartition("/")[2].lower()
            if short in SITE_TYPES or short.endswith(_ENDINGS):
                return True
    return False
