package io.mobula.internal.lane;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.typed.ActorRef;
import io.mobula.PeerChannelInfo;
import io.mobula.NodeId;
import io.mobula.internal.cluster.Peer;
import io.mobula.internal.schedule.Schedule;
import io.mobula.internal.schedule.Schedules;
import io.mobula.internal.schedule.SimulatedActors;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Frames between two processes whose parcels and acknowledgements are lost, delayed and sent again,
 * and which meet each other at different times.
 */
class LaneScheduleTest {
  @Test
  void everyFrameComesOnceAndInOrder() {
    Schedules.explore("lanes", 30, schedule -> new World(schedule).run());
  }

  private static final class World {
    private static final int MOST_STEPS = 20_000;
    private static final int MOST_ROUNDS = 400;

    private final Schedule schedule;
    private final Map<NodeId, Side> sides = new LinkedHashMap<>();
    private boolean calm;

    World(Schedule schedule) {
      this.schedule = schedule;
      for (int id = 1; id <= 2; id++) {
        var side = new Side(SimulatedLanes.peer(id, Peer.Role.NODE));
        sides.put(side.lanes.self().id(), side);
      }
      schedule.afterEach(this::put);
    }

    private Side other(Side side) {
      return sides.values().stream().filter(each -> each != side).findFirst().orElseThrow();
    }

    /** Puts what has been sent on its way, or loses it. */
    private void put() {
      for (var side : sides.values()) {
        side.lanes.takeParcels((to, parcel) -> {
          var what = side.lanes.self().id() + " > " + to + ": " + parcel.sequence() + ", has "
              + parcel.acknowledged();
          if (!calm && schedule.choices().oneIn(8)) {
            schedule.note("lost: " + what);
          } else {
            schedule.inOrder(
                "to " + to, "the wire to " + to, what, () -> sides.get(to).inbox.tell(parcel));
          }
        });
      }
    }

    void run() {
      for (int actions = 20 + schedule.choices().next(200); actions > 0; actions--) {
        act();
        put();
      }
      schedule.note("-- nothing is lost any more");
      calm = true;
      sides.values().forEach(side -> side.meet(other(side)));
      for (int rounds = 0; !sides.values().stream().allMatch(this::isDone); rounds++) {
        assertThat(rounds).as("rounds of timers until all has come").isLessThan(MOST_ROUNDS);
        schedule.settle(MOST_STEPS);
        sides.values().forEach(side -> side.actors.fireTimers());
        put();
      }
    }

    /** All that it has sent has come, and it knows that. */
    private boolean isDone(Side side) {
      return other(side).received == side.sent
          && side.lanes.lanes().traffic().stream()
              .allMatch(lane -> lane.outstanding().equals(new PeerChannelInfo.FrameTotals(0, 0)));
    }

    private void act() {
      var side = sides.get(new NodeId(1 + schedule.choices().next(2)));
      int what = schedule.choices().next(100);
      if (what < 60) {
        schedule.next();
      } else if (what < 80) {
        side.send(1 + schedule.choices().next(3), 0);
      } else if (what < 82) {
        side.send(
            1,
            Outbox.PART * (1 + schedule.choices().next(3))
                - 4
                + schedule.choices().next(9));
      } else if (what < 83) {
        side.send(Outbox.WINDOW + 200, 0);
      } else if (what < 96) {
        side.actors.fireOne();
      } else {
        side.meet(other(side));
      }
    }

    /** One of the two processes. */
    private final class Side {
      final SimulatedLanes lanes;
      final SimulatedActors actors;
      final ActorRef<LaneInbox.Command> inbox;
      int sent;
      int received;

      Side(Peer self) {
        lanes = new SimulatedLanes(self);
        actors = new SimulatedActors(schedule, self.id().toString());
        inbox = actors.spawn(LaneInbox.create(lanes.lanes(), this::received), "inbox");
      }

      void meet(Side other) {
        if (lanes.peer(other.lanes.self().id()) == null) {
          schedule.note(lanes.self().id() + " meets the other");
          lanes.join(other.lanes.self());
        }
      }

      void send(int frames, int bytes) {
        var to = other(this).lanes.self().id();
        if (lanes.peer(to) == null) {
          return;
        }
        schedule.note(lanes.self().id() + " sends " + frames);
        for (int i = 0; i < frames; i++) {
          var frame = ByteBuffer.allocate(Math.max(4, bytes)).putInt(0, sent++).array();
          assertThat(lanes.lanes().send(to, frame)).isTrue();
        }
      }

      private void received(NodeId from, byte[] frame) {
        assertThat(ByteBuffer.wrap(frame).getInt()).as("the next frame").isEqualTo(received);
        received++;
      }
    }
  }
}
