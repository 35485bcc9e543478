/// Short and pet forms of given names (English, as used in North America, Britain and Australia): common knowledge, not
/// taken from any data set. Each line is a name and its forms.
enum GivenNameAliases {
    /// The names that a form may stand for, at most `limit`, without the form itself; empty for most.
    static func names(of form: [UInt8]) -> [[UInt8]] { table[form] ?? [] }

    static let limit = 4

    private static let table: [[UInt8]: [[UInt8]]] = {
        var table: [[UInt8]: [[UInt8]]] = [:]
        for line in lines.split(separator: "\n") {
            let words = line.split(separator: " ").map { Array($0.utf8) }
            guard let name = words.first else { continue }
            for form in words.dropFirst() where table[form, default: []].count < limit {
                table[form, default: []].append(name)
            }
        }
        return table
    }()

    private static let lines = """
        abigail abby abbie gail
        abraham abe bram
        alan al
        albert al bert bertie
        alexander alex alec sandy xander sasha
        alexandra alex sandra lexi sasha
        alfred al alf alfie fred
        allison ali allie
        amanda mandy
        andrew andy drew
        angela angie
        ann annie nan nancy
        anthony tony ant
        antonia toni
        arthur art artie
        barbara barb barbie babs
        benjamin ben benny benji
        bernard bernie
        beverly bev
        bradley brad
        brian bri
        caroline carrie carol
        catherine cathy kathy cate kate katie kitty
        charles charlie chuck chas
        charlotte charlie lottie
        christina chris chrissy tina
        christine chris chrissy tina
        christopher chris kit topher
        clifford cliff
        cynthia cindy
        daniel dan danny
        deborah deb debbie debby
        david dave davy davey
        donald don donny
        dorothy dot dottie dolly
        douglas doug
        edmund ed eddie
        edward ed eddie ned ted teddy
        edwin ed eddie
        eleanor ellie nell nora
        elizabeth liz lizzie beth betty betsy eliza libby bess
        emily em
        eugene gene
        florence flo florrie
        frances fran frankie
        francis frank
        franklin frank
        frederick fred freddie freddy
        gabriel gabe
        gerald gerry jerry
        gregory greg
        harold harry hal
        helen nell
        henry harry hank hal
        herbert herb bert
        irving irv
        isabella bella izzy isabel
        jacob jake
        jacqueline jackie
        james jim jimmy jamie
        janet jan
        jeffrey jeff
        jennifer jen jenny
        jessica jess jessie
        john jack johnny jon
        jonathan jon jonny
        joseph joe joey jo
        josephine jo josie
        joshua josh
        judith judy
        julia julie
        katherine kathy kate katie kit kitty kat
        kathleen kathy kath
        kenneth ken kenny
        kimberly kim
        lawrence larry
        leonard len lenny leo
        leslie les
        lillian lily lil
        louis lou
        louise lou
        lucille lucy
        margaret maggie meg peg peggy marge margie greta
        martin marty
        mary molly polly mamie
        matthew matt
        maximilian max
        maxwell max
        melissa mel missy
        michael mike mick mickey micky
        mildred millie
        mohamed mohd mhd
        mohammad mohd mhd
        muhammad mohd mhd
        nathan nate
        nathaniel nate nat
        nicholas nick nicky
        nicole nicky nikki
        norman norm
        oliver ollie
        olivia liv livvy
        pamela pam
        patricia pat patty tricia trish patsy
        patrick pat paddy
        penelope penny
        peter pete
        philip phil pip
        phillip phil
        priscilla cilla
        rachel rae
        randall randy
        raymond ray
        rebecca becky becca
        reginald reg reggie
        richard rick ricky rich richie dick
        robert bob bobby rob robbie robby bert
        roberta bobbie
        roger rodge
        ronald ron ronnie
        rosemary rose rosie
        russell russ
        samantha sam sammy
        samuel sam sammy
        sandra sandy
        sarah sally sadie
        stanley stan
        stephanie steph
        stephen steve stevie
        steven steve stevie
        stuart stu
        susan sue susie suzy
        suzanne sue suzy
        terence terry
        teresa terry tess tessa
        theodore ted teddy theo
        theresa terry tess tessa
        thomas tom tommy
        timothy tim timmy
        tobias toby
        valerie val
        veronica ronnie
        victor vic
        victoria vicky vicki tori
        vincent vince vinny
        virginia ginny ginger
        walter walt wally
        wesley wes
        wilfred wilf fred
        william bill billy will willie willy liam
        zachary zach zack
        """
}
