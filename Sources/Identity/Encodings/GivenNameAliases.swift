/// Short and pet forms of given names (English, as used in North America, Britain and Australia), and other spellings of one
/// name: common knowledge. Each line is a name and its forms.
enum GivenNameAliases {
    /// The names that a form may stand for, at most `limit`, without the form itself; empty for most.
    static func names(of form: [UInt8]) -> [[UInt8]] { table[form] ?? [] }

    static let limit = 4

    /// Whether many people bear a name, in full or in short.
    static func isKnown(_ name: [UInt8]) -> Bool { known.contains(name) }

    private static let known: Set<[UInt8]> = Set(
        (lines + " " + others).split(whereSeparator: { $0 == " " || $0 == "\n" }).map { Array($0.utf8) })

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

    // Frequent names without a form above.
    private static let others = """
        adam adrian agnes aidan alice alicia alma alvin amber amelia amy angelina anita annette april ariel arlene audrey
        austin ava barry beatrice beth bianca billie blake bonnie brandon brenda brent brett bridget brittany bruce
        bryce calvin cameron carla carmen carole carolyn casey cecil cecilia cedric celeste chad chelsea cheryl chloe
        claire clara clarence claudia clayton clyde cody colin colleen connie connor constance corey craig
        crystal curtis dale damian damon dana darla darlene darrell darren darryl dawn dean deanna dennis denise derek
        derrick desiree devin diana diane dominic dominique doris dustin dwayne dylan earl edith edna eileen elaine
        eleanor elena eliot ella ellen elmer elsie emma eric erica erika erin ernest estelle esther ethan ethel eunice
        eva evan evelyn faith felicia felix fernando floyd gail garrett gavin gene genevieve georgia geraldine gilbert
        gina gladys glen glenn gloria gordon grace grant greta guy gwendolyn hannah harriet harvey hazel heather heidi
        hector hector henrietta herman hilary hope howard hugh hugo ian ida ingrid irene iris irma isaac isaiah ivy jack
        jackson jaime jake jane janice jared jasmine jay jean jeanette jeanne jeannie jenna jeremy jerome jesse jill
        joan joann joanna joanne jodi joel jordan jorge joy joyce juanita judy julian juliet june justin kara karen kari
        karla kate kathy kay kayla keith kelly kelsey kelvin kerry kim kirk kristine kurt kyle lance lana laura lauren
        laurie leah leigh lena leo leon leona leroy leslie lester leticia lewis linda lisa lloyd logan lois lola lora
        loretta lori lorraine lucas lucia lucy luke lydia lyle lynn mabel mable mackenzie madeline magdalena malcolm
        marcia marian marianne marilyn marina mario marion marissa marjorie marlene marsha marshall marta martha marvin
        mason maureen mavis maya megan melanie melinda melody mercedes meredith micah michele michelle mindy mina
        miranda miriam misty mitchell mona monica monique morgan muriel myra myrtle nadia naomi nelson nina noah noel
        nora olga oscar otto owen paige pamela paula pauline pearl perry phyllis polly preston quentin ralph ramona
        raphael raquel regina rene renee rhonda ricardo rita robin rocco rochelle roland rory rosa rosalie rose roxanne
        ruben ruby rudolph rufus ruth ryan sabrina samuel scott sebastian selena seth shane shannon shari sharon sheila
        shelby shelly sherri sherry shirley sidney sierra silvia simon simone sonia spencer stacey stacy stella stewart
        sydney sylvia tamara tammy tanya tara tasha taylor terrence thelma tiffany tina todd tonya travis trevor tristan
        troy tyler ursula valentina vanessa velma vera vernon vicki viola violet vivian wade wanda warren wayne wendy
        wilbur wilma winifred yolanda yvette yvonne
        """

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
