/// Short and pet forms of given names (English, as used in North America, Britain and Australia), and other spellings of one
/// name: common knowledge, not taken from any data set. Each line is a name and its forms.
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
        muhammad mohammed mohammad mohamed muhammed mohamad mehmet mohd mhd
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
        ahmad ahmed ahmet
        aleksandr alexander alexandr oleksandr alejandro alessandro
        alexey alexei aleksei aleksey
        allan alan allen
        anastasia anastassia nastassia nastasia nastya
        andreas andrew andre andrei andrey andrzej
        anna ann anne ana anya
        annabel annabelle annabella anabella anabel
        ashley ashleigh
        brian bryan
        candace candice kandace kandice candy
        carl karl carlos charles
        caitlin kaitlyn katelyn kaitlin
        daniela danielle daniella
        deborah debra
        dmitri dmitry dimitri dmitriy
        eric erik erick
        elizabeth elisabeth elise elisa
        fatima fatma fatimah
        geoffrey jeffrey jeffery geoff jeff
        george georg georges jorge giorgio georgy
        graham graeme
        hussein hussain husain hossein
        isabel isabelle isabella
        john johann juan jan giovanni ivan
        joseph josef jose giuseppe youssef yusuf
        katherine catherine kathryn katharine cathryn ekaterina katarina
        keeley keely kayleigh kaylee kayley kaleigh
        kristen kristin christen kirsten
        lee leigh lea
        lindsay lindsey
        louis luis lewis luigi
        mark marc marcus marco marek
        mary marie maria
        michael mikhail miguel mikael michel
        morris maurice morrie moe
        natalie natalia nataliya natasha
        neil neal
        nicholas nicolas nikolas nikolai
        paul pablo pavel paolo
        peter pedro petr pierre pietro
        philip phillip
        sarah sara zara sahra
        sean shaun shawn
        sergei sergey serge sergio
        sophia sofia sophie
        stephen steven stefan stephan esteban
        susan susanne suzanne susanna suzanna
        teresa theresa
        thomas tomas tomasz
        tracy tracey
        """
}
