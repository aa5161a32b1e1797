package io.mobula.internal.placement;

import static io.mobula.internal.placement.LeaseSearchState.AT_OWN_LEDGER;
import static io.mobula.internal.placement.LeaseSearchState.AT_PEER;
import static io.mobula.internal.placement.LeaseSearchState.OVER;
import static io.mobula.internal.placement.LeaseSearchState.UNPLACED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.internal.placement.LeaseSearchState.SearchEvent;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Tests of all transitions of a search for a lease: each state with each event. */
class LeaseSearchStateTest {
  private static final Map<LeaseSearchState, Map<SearchEvent, LeaseSearchState>> EXPECTED = Map.of(
      UNPLACED,
      Map.of(
          SearchEvent.ASKED_OWN_LEDGER, AT_OWN_LEDGER,
          SearchEvent.ASKED_PEER, AT_PEER,
          SearchEvent.REFUSED, OVER,
          SearchEvent.UNWANTED, OVER),
      AT_OWN_LEDGER,
      Map.of(
          SearchEvent.WITHDRAWN, UNPLACED,
          SearchEvent.TURNED_AWAY, UNPLACED,
          SearchEvent.GRANTED, OVER,
          SearchEvent.UNWANTED, OVER),
      AT_PEER,
      Map.of(
          SearchEvent.WITHDRAWN, UNPLACED,
          SearchEvent.REDIRECTED, UNPLACED,
          SearchEvent.LOST, UNPLACED,
          SearchEvent.GRANTED, OVER,
          SearchEvent.REFUSED, OVER),
      OVER,
      Map.of());

  private static Stream<Arguments> allPairs() {
    return Stream.of(LeaseSearchState.values())
        .flatMap(state -> Stream.of(SearchEvent.values()).map(event -> Arguments.of(state, event)));
  }

  @ParameterizedTest
  @MethodSource("allPairs")
  void followsTheTableAndRefusesTheRest(LeaseSearchState state, SearchEvent event) {
    var next = EXPECTED.get(state).get(event);
    if (next == null) {
      assertThatThrownBy(() -> state.after(event))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining(state.name())
          .hasMessageContaining(event.name());
    } else {
      assertThat(state.after(event)).isEqualTo(next);
    }
  }
}
