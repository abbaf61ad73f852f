// Passwords and words that are tried first, the most common ones first.

export const COMMON_PASSWORDS: readonly string[] = `
  123456 password 12345678 qwerty 123456789 12345 1234 111111 1234567 dragon 123123 baseball abc123
  football monkey letmein 696969 shadow master 666666 qwertyuiop 123321 mustang 1234567890 michael
  654321 superman 1qaz2wsx 7777777 121212 000000 qazwsx 123qwe killer trustno1 jordan jennifer zxcvbnm
  asdfgh hunter buster soccer harley batman andrew tigger sunshine iloveyou 2000 charlie robert thomas
  hockey ranger daniel starwars klaster 112233 george computer michelle jessica pepper 1111 zxcvbn
  555555 11111111 131313 freedom 777777 pass maggie 159753 aaaaaa ginger princess joshua cheese amanda
  summer love ashley nicole chelsea biteme matthew access yankees 987654321 dallas austin thunder
  taylor matrix mobilemail monitor monitoring montana moon moscow welcome admin administrator root
  login hello test test123 guest changeme secret geheim passwort passw0rd password1 password123
  qwerty123 qwertz asdfasdf asdf1234 azerty internet samsung google apple orange banana flower purple
  silver golden diamond crystal winter spring autumn monday friday january february march april august
  september october november december london berlin paris newyork chicago boston texas california
  germany france england america world house family friend friends mother father brother sister baby
  angel heart happy lucky magic power energy money dollar music guitar piano dance party movie video
  camera phone mobile laptop server system network office work school teacher student doctor police
  soldier captain general president king queen prince knight wizard ninja pirate tiger lion eagle wolf
  bear horse rabbit kitten puppy snoopy mickey donald peter paul mary john james david richard william
  joseph charles christopher mark steven kevin brian edward ronald anthony jason jeff scott eric
  stephen alexander maria anna laura julia sarah emma lisa linda barbara susan karen nancy betty helen
  sandra donna carol ruth sharon mail email user account demo sample example default public private
  company business market service support manager director waypost postmaster webmaster hostmaster
  mailserver correct battery staple please forever always nothing something anything everything
  whatever qwert zaq12wsx q1w2e3r4 1q2w3e4r 1q2w3e 1qaz xsw2 poiuy lkjhg mnbvc asdf qwer zxcv 7654321
  0987654321 147258369 159357 741852963 88888888 99999999 12341234 11223344 102030 010203 secure
  security safety lockdown keyboard mouse screen window windows linux ubuntu debian oracle mysql
  postgres cisco letmein1 welcome1 admin123 iloveyou1 monkey1 dragon1 sunshine1 princess1 football1
  baseball1 superman1 batman1 starwars1 pokemon naruto minecraft fortnite liverpool arsenal chelsea1
  barcelona realmadrid juventus ferrari porsche mercedes toyota honda yamaha suzuki kawasaki
`
  .trim()
  .split(/\s+/);
