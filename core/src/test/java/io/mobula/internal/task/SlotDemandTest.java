package io.mobula.internal.task;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Test of when a queue asks for one more slot. */
class SlotDemandTest {
  private final SlotDemand demand = new SlotDemand(3);

  @Test
  void asksForOneLeaseAtATime() {
    assertThat(demand.request(5)).isTrue();
    assertThat(demand.request(5)).isFalse();
    demand.answered();
    assertThat(demand.request(5)).isTrue();
    assertThat(demand.requests()).isEqualTo(2);
  }

  @Test
  void asksForNoneWhileIdleSlotsAreEnough() {
    demand.addSlots(2);
    demand.addIdle(2);
    assertThat(demand.request(2)).isFalse();
    assertThat(demand.request(3)).isTrue();
  }

  @Test
  void hasNoMoreSlotsThanAllowedUnlessTheirTasksWait() {
    demand.addSlots(3);
    assertThat(demand.request(9)).isFalse();
    demand.addSlots(-1); // the task of one waits
    assertThat(demand.request(9)).isTrue();
  }

  @Test
  void isOverWithoutSlotsAndWithoutARequest() {
    assertThat(demand.isOver()).isTrue();
    demand.request(1);
    assertThat(demand.isOver()).isFalse();
    demand.answered();
    demand.addSlots(1);
    assertThat(demand.isOver()).isFalse();
    demand.addSlots(-1);
    assertThat(demand.isOver()).isTrue();
  }
}
