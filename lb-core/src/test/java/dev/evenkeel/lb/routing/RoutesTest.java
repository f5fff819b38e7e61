package dev.evenkeel.lb.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.request.StickySession;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RoutesTest {

    private final List<LoadBalancer> balancers = new ArrayList<>();
    private final LoadBalancer orders = balancer("orders");
    private final LoadBalancer carts = balancer("carts");
    private final LoadBalancer canary = balancer("canary");

    private LoadBalancer balancer(String name) {
        LoadBalancer balancer = LoadBalancer.builder(name)
                .instances("10.0.0.1:80")
                .random(new Random(42))
                .build();
        balancers.add(balancer);
        return balancer;
    }

    @AfterEach
    void close() {
        balancers.forEach(LoadBalancer::close);
    }

    private static boolean matches(Rule rule, RoutedRequest request) {
        return Routes.of(rule).route(request).isPresent();
    }

    private boolean matchesPath(String pattern, String path) {
        return matches(Rule.to(orders).path(pattern), FakeRequest.get("http://any" + path));
    }

    @Test
    void theFirstRuleThatMatchesDecides() {
        Routes routes = Routes.of(
                Rule.to(orders).path("/orders/{id}").method("GET"),
                Rule.to(carts).path("/orders/**"),
                Rule.to(canary).host("shop"));
        assertThat(routes.route(FakeRequest.get("http://shop/orders/1"))).contains(orders);
        assertThat(routes.route(FakeRequest.of("POST", "http://shop/orders/1"))).contains(carts);
        assertThat(routes.route(FakeRequest.get("http://shop/"))).contains(canary);
        assertThat(routes.route(FakeRequest.get("http://elsewhere/"))).isEmpty();
        assertThat(routes.resolve(FakeRequest.get("http://elsewhere/"))).isSameAs(Route.AS_IT_IS);
    }

    @Test
    void aLaterRuleForTheHostDoesNotHideAnEarlierOneForAll() {
        Routes routes = Routes.of(
                Rule.to(orders).path("/a/**"),
                Rule.to(carts).host("*.example").path("/{any}/b"),
                Rule.to(canary).host("shop.example"));
        assertThat(routes.route(FakeRequest.get("http://shop.example/a/b"))).contains(orders);
        assertThat(routes.route(FakeRequest.get("http://shop.example/x/b"))).contains(carts);
        assertThat(routes.route(FakeRequest.get("http://shop.example/x"))).contains(canary);
    }

    @Test
    void whatMatchesNothingIsRefusedByALastRule() {
        Routes routes = Routes.of(Rule.to(orders).path("/orders/**"), Rule.refuse());
        assertThatExceptionOfType(NoRouteException.class)
                .isThrownBy(() -> routes.resolve(FakeRequest.get("http://shop/other?token=secret")))
                .withMessage("GET shop/other: refused by the rule for anything");
        assertThatExceptionOfType(NoRouteException.class)
                .isThrownBy(() -> routes.route(FakeRequest.get("http://shop/other")));
    }

    @Test
    void whatIsToPassPasses() {
        Routes routes = Routes.of(Rule.passThrough().path("/public/**"), Rule.refuse());
        assertThat(routes.resolve(FakeRequest.get("http://shop/public"))).isSameAs(Route.AS_IT_IS);
    }

    @Nested
    class Hosts {

        @ParameterizedTest
        @CsvSource({
            "shop.example, shop.example, true",
            "Shop.Example., shop.example, true",
            "shop.example, SHOP.example., true",
            "shop.example, a.shop.example, false",
            "*.example, shop.example, true",
            "*.example, a.b.example, true",
            "*.example, example, false",
            "*.example, notexample, false",
            "*.example, odd_name.example, true",
            "[::1], '[0:0:0:0:0:0:0:1]', true",
            "'::1', '[::1]', true",
            "10.0.0.1, 10.0.0.1, true",
            "bücher.example, xn--bcher-kva.example, true",
        })
        void areComparedInOneForm(String pattern, String host, boolean expected) {
            assertThat(matches(Rule.to(orders).host(pattern), FakeRequest.get("http://" + host + "/")))
                    .isEqualTo(expected);
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "",
                    "*",
                    "*.",
                    "*.*.example",
                    "a.*.example",
                    "a*.example",
                    "shop:80",
                    "http://shop",
                    "sh op",
                    "shop/",
                    "shop\r\n",
                    "*.10.0.0.1",
                    "127.1",
                    "a_b"
                })
        void thatCannotBeAreRefused(String pattern) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Rule.to(orders).host(pattern))
                    .withMessageMatching("host: [^\r\n]* \\(expected: [^\r\n]*\\)");
        }
    }

    @Nested
    class Paths {

        @ParameterizedTest
        @CsvSource({
            "/orders, /orders, true",
            "/orders, /orders/, true",
            "/orders, /orders/1, false",
            "/orders/**, /orders, true",
            "/orders/**, /orders/1/2, true",
            "/orders/**, /ordersale, false",
            "/orders/**, /order, false",
            "/orders/{id}, /orders/1, true",
            "/orders/{id}, /orders/, false",
            "/orders/{id}, /orders/1/2, false",
            "/{a}/items/**, /1/items/2, true",
            "/, /, true",
            "/, /a, false",
            "/**, /a, true",
            "/Orders, /orders, false",
        })
        void matchBySegments(String pattern, String path, boolean expected) {
            assertThat(matchesPath(pattern, path)).isEqualTo(expected);
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "/admin/x",
                    "//admin/x",
                    "/%61dmin/x",
                    "/%61%64%6D%69%6e/x",
                    "/public/../admin/x",
                    "/public/%2e%2E/admin/x",
                    "/public/.%2e/./admin/x",
                    "/public/..;a=b/admin/x",
                    "/../../admin/x",
                    "/admin;a=b/x",
                    "/./admin//x/"
                })
        void cannotBeDisguised(String path) {
            assertThat(matchesPath("/admin/**", path)).isTrue();
            assertThat(matchesPath("/admin/x", path)).isTrue();
            assertThat(matchesPath("/public/**", path)).isFalse();
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "/public%2F..%2Fadmin",
                    "/public/..%2fadmin",
                    "/admin%2Fx",
                    "/public/%2e%2e%5Cadmin",
                    "/%2Fadmin",
                })
        void withAnEscapedSlashAreRefusedWhereItWouldMakeADifference(String path) {
            Routes routes =
                    Routes.of(Rule.refuse().path("/admin/**"), Rule.to(orders).path("/**"));
            assertThatExceptionOfType(NoRouteException.class)
                    .isThrownBy(() -> routes.resolve(FakeRequest.get("http://shop" + path)))
                    .withMessageContaining("escaped slash");
        }

        @Test
        void withAnEscapedSlashAreAnyOtherWhereItMakesNone() {
            Routes routes = Routes.of(Rule.to(orders).path("/projects/**"), Rule.refuse());
            assertThat(routes.route(FakeRequest.get("http://shop/projects/a%2Fb")))
                    .contains(orders);
            assertThat(matchesPath("/projects/a%2fb", "/projects/a/b")).isFalse();
            assertThat(matches(Rule.to(orders).host("other").path("/a"), FakeRequest.get("http://shop/..%2fa")))
                    .isFalse();
        }

        @ParameterizedTest
        @CsvSource({
            "/a:b, /a%3Ab",
            "/caf\u00e9, /caf%C3%A9",
            "/caf%c3%a9, /caf\u00e9",
            "/a%20b, /a%20b",
            "/100%25, /100%25",
            "/a%3Bb, /a%3bb",
        })
        void areEqualHoweverTheyAreEscaped(String pattern, String path) {
            assertThat(matchesPath(pattern, path)).isTrue();
        }

        /** Only what servers take for an escape is one: not digits of another script. */
        @Test
        void areNotDecodedWhereNobodyDoes() {
            assertThat(matchesPath("/a", "/%\uff16\uff11")).isFalse();
            assertThat(matchesPath("/a/b", "/a%\uff12F")).isFalse();
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "",
                    "orders",
                    "/orders/",
                    "/a//b",
                    "/a/*",
                    "/a/*/b",
                    "/**/b",
                    "/a**",
                    "/{}",
                    "/{a",
                    "/a}",
                    "/a{b}",
                    "/{a b}",
                    "/a?b",
                    "/a#b",
                    "/a;b",
                    "/%",
                    "/%2",
                    "/%zz",
                    "/a/../b",
                    "/.",
                    "/a\r\nb",
                    "/%2e%2E/b",
                    "/%\uff16\uff11"
                })
        void thatCannotBeAreRefused(String pattern) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Rule.to(orders).path(pattern))
                    .withMessageMatching("path: [^\r\n]* \\(expected: [^\r\n]*\\)");
        }
    }

    @Nested
    class TheRest {

        @Test
        void methodsAreThoseNamed() {
            Rule rule = Rule.to(orders).method("GET", "PURGE");
            assertThat(matches(rule, FakeRequest.of("GET", "http://a/"))).isTrue();
            assertThat(matches(rule, FakeRequest.of("PURGE", "http://a/"))).isTrue();
            assertThat(matches(rule, FakeRequest.of("get", "http://a/"))).isFalse();
        }

        @Test
        void headersAreThereOrHaveAValue() {
            FakeRequest request = FakeRequest.get("http://a/").with("X-Version", "2");
            assertThat(matches(Rule.to(orders).header("x-version"), request)).isTrue();
            assertThat(matches(Rule.to(orders).header("X-VERSION", "2"), request))
                    .isTrue();
            assertThat(matches(Rule.to(orders).header("X-Version", "3"), request))
                    .isFalse();
            assertThat(matches(Rule.to(orders).header("X-Other"), request)).isFalse();
            assertThat(matches(Rule.to(orders).header("X-Version").header("X-Other"), request))
                    .isFalse();
        }

        @ParameterizedTest
        @CsvSource({
            "a=1, a, , true",
            "b=2&a, a, , true",
            "ab=1, a, , false",
            "a=1, a, 1, true",
            "a=2&a=1, a, 1, true",
            "a=11, a, 1, false",
            "a, a, '', true",
            "a=x%20y, a, x y, true",
            "a=x+y, a, x y, true",
            "%61=%31, a, 1, true",
            "a=%C3%A9, a, \u00e9, true",
            "&&, a, , false",
            "a=%zz, a, %zz, true",
        })
        void queryParametersAreThereOrHaveAValue(String query, String name, String value, boolean expected) {
            Rule rule = Rule.to(orders);
            assertThat(matches(
                            value == null ? rule.query(name) : rule.query(name, value),
                            FakeRequest.get("http://a/?" + query)))
                    .isEqualTo(expected);
        }

        @Test
        void noQueryHasNoParameter() {
            assertThat(matches(Rule.to(orders).query("a"), FakeRequest.get("http://a/")))
                    .isFalse();
        }

        @ParameterizedTest
        @ValueSource(strings = {"", "a b", "a:b", "a\r\nX-Other: b", "a\n", "\u00e4"})
        void namesThatCannotBeAreRefused(String name) {
            String refusal = "[^\r\n]* \\(expected: [^\r\n]*\\)";
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Rule.to(orders).header(name))
                    .withMessageMatching("name: " + refusal);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Rule.to(orders).method(name))
                    .withMessageMatching("method: " + refusal);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Split.of(1, orders).stickyBy(name))
                    .withMessageMatching("header: " + refusal);
        }

        @Test
        void valuesThatCannotBeAreRefusedAndNotEchoed() {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Rule.to(orders).header("X-Token", "secret\r\nHost: evil"))
                    .withMessageStartingWith("value: of header x-token (expected:")
                    .withMessageNotContaining("secret");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Rule.to(orders).method("post"))
                    .withMessage("method: post (expected: POST: methods are told apart by case)");
        }

        @Test
        void whatContradictsItselfIsRefused() {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Rule.to(orders).header("A", "secret").header("a", "other"))
                    .withMessage("header: a with two values (expected: one, as the first value counts)");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Rule.to(orders).path("/a").path("/b"));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Rule.to(orders).host("a").host("b"));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Rule.to(orders).method("GET").method("PUT"));
        }
    }

    @Nested
    class Rewriting {

        @ParameterizedTest
        @CsvSource({
            "/a/**, /a/b/c, /b/c",
            "/a/**, /a, /",
            "/a/**, /a/, /",
            "/a/**, /a/b/, /b/",
            "/a/**, /a/b%20c;d=e, /b%20c;d=e",
            "/a/**, /x/../a/b, /b",
            "/a/**, /a//b, /b",
            "/a, /a, /",
            "/{tenant}/api/**, /1/api/x, /x",
        })
        void stripsWhatTheRuleNames(String pattern, String path, String rewritten) {
            assertThat(route(Rule.to(orders).path(pattern).stripPrefix(), path).path())
                    .contains(rewritten);
        }

        @ParameterizedTest
        @CsvSource({"/a/**, /a/b, /v2/x/b", "/a/**, /a, /v2/x", "/a/**, /a/, /v2/x/", "/a, /a, /v2/x"})
        void replacesWhatTheRuleNames(String pattern, String path, String rewritten) {
            assertThat(route(Rule.to(orders).path(pattern).replacePrefix("/v2/x"), path)
                            .path())
                    .contains(rewritten);
        }

        @Test
        void isNotDoneUnlessAskedFor() {
            assertThat(route(Rule.to(orders).path("/a/**"), "/a/b").path()).isEmpty();
        }

        @Test
        void needsAPathAndABalancer() {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Routes.of(Rule.to(orders).host("a").stripPrefix()))
                    .withMessageContaining("(expected: a rule with a path)");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Rule.refuse().path("/a/**").stripPrefix())
                    .withMessage("stripPrefix: on a rule without balancer (expected: on one with Rule.to)");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Rule.passThrough().mirror(Mirror.to(orders)));
        }

        @ParameterizedTest
        @ValueSource(strings = {"", "v2", "/", "/v2/", "/a b", "/a?b", "/a\r\n", "/../b", "/%zz", "/a//b"})
        void refusesAReplacementThatIsNoPath(String replacement) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Rule.to(orders).path("/a/**").replacePrefix(replacement))
                    .withMessageMatching("replacement: [^\r\n]* \\(expected: [^\r\n]*\\)");
        }

        private Route route(Rule rule, String path) {
            return Routes.of(rule).resolve(FakeRequest.get("http://shop" + path));
        }
    }

    @Nested
    class Unreachable {

        @Test
        void rulesAreReportedWithTheOneThatHidesThem() {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Routes.of(
                            Rule.to(orders).host("*.example").path("/a/**"),
                            Rule.to(carts).path("/b"),
                            Rule.to(canary)
                                    .host("shop.example")
                                    .path("/a/{id}")
                                    .method("GET")
                                    .header("X-Token", "secret")))
                    .withMessage(
                            "rules: number 3 (host shop.example, path /a/{id}, GET, header x-token=... -> canary) is"
                                    + " never reached, as number 1 (host *.example, path /a/** -> orders) matches all that it"
                                    + " could (expected: the narrower one first)");
        }

        @Test
        void twiceTheSameIsOne() {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Routes.of(
                            Rule.to(orders).path("/a/{x}"), Rule.to(carts).path("/a/{y}")));
            assertThatIllegalArgumentException().isThrownBy(() -> Routes.of(Rule.refuse(), Rule.to(carts)));
        }

        @Test
        void isNotWhatOverlaps() {
            Routes.of(
                    Rule.to(orders).path("/a/{id}"),
                    Rule.to(orders).path("/{any}/b"),
                    Rule.to(orders).path("/a/**").method("GET", "PUT"),
                    Rule.to(orders).path("/a/**").method("GET", "POST"),
                    Rule.to(orders).host("a.example").header("A", "1"),
                    Rule.to(orders).host("*.example").header("A", "1"),
                    Rule.to(orders).host("*.example").header("A"),
                    Rule.to(orders).query("a", "1"),
                    Rule.to(orders).query("a"),
                    Rule.to(orders));
        }

        @Test
        void noRulesAreRefused() {
            assertThatIllegalArgumentException()
                    .isThrownBy(Routes::of)
                    .withMessage("rules: none (expected: at least one)");
        }
    }

    @Nested
    class Splits {

        @Test
        void aKeyStaysWithItsBalancerAndACanaryKeepsItsKeysWhenItGrows() {
            Routes small = Routes.of(Rule.to(Split.of(95, orders).and(5, canary)));
            Routes large = Routes.of(Rule.to(Split.of(80, orders).and(20, canary)));
            int few = 0;
            int more = 0;
            for (int user = 0; user < 10_000; user++) {
                RoutedRequest request = FakeRequest.get("http://a/").with(PickRequest.stickyTo("user-" + user));
                boolean before = small.route(request).orElseThrow() == canary;
                boolean after = large.route(request).orElseThrow() == canary;
                assertThat(small.route(request).orElseThrow() == canary).isEqualTo(before);
                assertThat(before && !after).isFalse();
                few += before ? 1 : 0;
                more += after ? 1 : 0;
            }
            assertThat(few).isBetween(400, 600);
            assertThat(more).isBetween(1_840, 2_160);
        }

        @Test
        void aHeaderComesBeforeTheKey() {
            Routes routes = Routes.of(Rule.to(Split.of(1, orders).and(1, canary).stickyBy("X-User")));
            for (int user = 0; user < 100; user++) {
                LoadBalancer first = routes.route(FakeRequest.get("http://a/")
                                .with("x-user", "u" + user)
                                .with(PickRequest.stickyTo("k" + user)))
                        .orElseThrow();
                assertThat(routes.route(FakeRequest.get("http://b/").with("X-User", "u" + user)))
                        .contains(first);
            }
        }

        @Test
        void withoutAKeyRequestsAreDrawn() {
            Routes routes = Routes.of(Rule.to(Split.of(3, orders).and(0, carts).and(1, canary)));
            int drawn = 0;
            for (int i = 0; i < 10_000; i++) {
                LoadBalancer balancer =
                        routes.route(FakeRequest.get("http://a/")).orElseThrow();
                assertThat(balancer).isNotSameAs(carts);
                drawn += balancer == canary ? 1 : 0;
            }
            assertThat(drawn).isBetween(2_330, 2_670); // four standard deviations
        }

        @Test
        void partsOfOneSplitAreOneService() {
            Routes routes = Routes.of(
                    Rule.to(Split.of(1, orders).and(1, canary)).path("/a"),
                    Rule.to(carts).path("/b"));
            Route one = routes.resolve(FakeRequest.get("http://x/a").with(PickRequest.stickyTo("1")));
            for (int key = 0; key < 20; key++) {
                Route other = routes.resolve(FakeRequest.get("http://x/a").with(PickRequest.stickyTo("" + key)));
                assertThat(one.isSameServiceAs(other)).isTrue();
                assertThat(one.isSameTargetAs(other)).isTrue();
            }
            Route another = routes.resolve(FakeRequest.get("http://x/b"));
            assertThat(one.isSameServiceAs(another)).isFalse();
            assertThat(another.isSameServiceAs(Route.to(carts))).isTrue();
            assertThat(another.isSameServiceAs(Route.AS_IT_IS)).isFalse();
            assertThat(Route.AS_IT_IS.isSameServiceAs(Route.AS_IT_IS)).isTrue();
            assertThat(one.isSameTargetAs(another)).isFalse();
            assertThat(another.isSameTargetAs(Route.to(carts))).isTrue();
            assertThat(another.isSameTargetAs(Route.AS_IT_IS)).isFalse();
            assertThat(Route.AS_IT_IS.isSameTargetAs(Route.AS_IT_IS)).isTrue();
        }

        @Test
        void viewsAreOneServiceButNotTheSameInstances() {
            Route blue = Route.to(orders.subset(Map.of("color", "blue")));
            Route green = Route.to(orders.subset(Map.of("color", "green")));
            assertThat(blue.isSameServiceAs(green)).isTrue();
            assertThat(blue.isSameTargetAs(green)).isFalse();
        }

        @Test
        void needWeights() {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Split.of(-1, orders))
                    .withMessage("weight: -1.0 (expected: 0..1000000)");
            assertThatIllegalArgumentException().isThrownBy(() -> Split.of(Double.NaN, orders));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Rule.to(Split.of(0, orders).and(0, carts)))
                    .withMessage("split: all weights are 0 (expected: one that is not)");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Split.of(1, orders).and(1, orders))
                    .withMessage("balancer: orders twice (expected: different ones)");
        }
    }

    @Nested
    class SessionsInSplits {

        private final StickySession session = new StickySession();

        private LoadBalancer routed(Split split) {
            FakeRequest request = FakeRequest.get("http://a/").with(PickRequest.inSession(session));
            return Routes.of(Rule.to(split)).route(request).orElseThrow();
        }

        private void call(LoadBalancer balancer) {
            balancer.acquire(PickRequest.inSession(session)).succeeded();
        }

        private void expectToStay(Split split) {
            LoadBalancer first = routed(split);
            call(first);
            for (int i = 0; i < 20; i++) {
                assertThat(routed(split)).isSameAs(first);
            }
        }

        @Test
        void stayWithTheServiceThatTheyBeganWith() {
            expectToStay(Split.of(1, orders).and(1, canary));
        }

        @Test
        void beginAnywhere() {
            Set<LoadBalancer> seen = new HashSet<>();
            for (int i = 0; i < 50; i++) {
                seen.add(routed(Split.of(1, orders).and(1, canary)));
            }
            assertThat(seen).containsExactlyInAnyOrder(orders, canary);
        }

        @Test
        void stayWithTheViewThatHasTheirInstance() {
            LoadBalancer shop = LoadBalancer.builder("shop")
                    .instances(List.of(colored("10.0.0.1:80", "blue"), colored("10.0.0.2:80", "green")))
                    .build();
            balancers.add(shop);
            LoadBalancer blue = shop.subset(Map.of("color", "blue"));
            LoadBalancer green = shop.subset(Map.of("color", "green"));
            expectToStay(Split.of(1, blue).and(1, green));
        }

        private ServiceInstance colored(String hostPort, String color) {
            return ServiceInstance.builder(hostPort)
                    .metadata(Map.of("color", color))
                    .build();
        }

        @Test
        void leaveAPartThatGetsNothingAnyMore() {
            call(canary);
            assertThat(routed(Split.of(1, orders).and(0, canary))).isSameAs(orders);
        }

        @Test
        void giveWayToAKey() {
            call(canary);
            Split split = Split.of(1, orders).and(1, canary);
            for (int user = 0; user < 20; user++) {
                PickRequest said = PickRequest.inSession(session).toBuilder()
                        .stickyKey("user-" + user)
                        .build();
                FakeRequest both = FakeRequest.get("http://a/").with(said);
                FakeRequest keyOnly = FakeRequest.get("http://a/").with(PickRequest.stickyTo("user-" + user));
                Routes routes = Routes.of(Rule.to(split));
                assertThat(routes.route(both)).isEqualTo(routes.route(keyOnly));
            }
        }
    }

    @Test
    void rulesChangeWhileTheBalancersStay() {
        AtomicReference<Router> rules =
                new AtomicReference<>(Routes.of(Rule.to(orders).path("/a/**")));
        Router router = Router.current(rules::get);
        assertThat(router.route(FakeRequest.get("http://x/a"))).contains(orders);
        rules.set(Routes.of(Rule.to(orders).path("/b/**").stripPrefix()));
        assertThat(router.route(FakeRequest.get("http://x/a"))).isEmpty();
        assertThat(router.resolve(FakeRequest.get("http://x/b/c")).path()).contains("/c");
    }

    @Test
    void aFunctionIsARouter() {
        Router router = request -> java.util.Optional.of(orders);
        Route route = router.resolve(FakeRequest.get("http://a/"));
        assertThat(route.balancer()).contains(orders);
        assertThat(route.path()).isEmpty();
        assertThat(route.mirror()).isEmpty();
    }

    @Test
    void aRouterOfOnesOwnCanRewriteToo() {
        assertThat(Route.to(orders).withPath("/b").withMirror(Mirror.to(carts)))
                .hasToString("orders, as /b, mirrored to carts");
        assertThat(Route.to(orders).withPath("/b%3F;c=\u00e9").path()).contains("/b%3F;c=\u00e9");
        assertThatIllegalArgumentException().isThrownBy(() -> Route.AS_IT_IS.withPath("/b"));
    }

    /** What a router makes of a name that it has been given must not become a query, or another request. */
    @ParameterizedTest
    @ValueSource(strings = {"", "b", "/b?admin=1", "/b#c", "/b c", "/b\r\nHost: evil", "/b\u0000", "/\u007f"})
    void aPathOfARouterOfOnesOwnIsAPathAndNoMore(String path) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Route.to(orders).withPath(path))
                .withMessageMatching(
                        "path: [^\r\n]* \\(expected: a path as in a URL, beginning with /, without query\\)");
    }
}
