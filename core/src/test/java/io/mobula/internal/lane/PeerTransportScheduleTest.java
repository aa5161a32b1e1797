package io.mobula.internal.lane;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.typed.ActorRef;
import io.mobula.NodeId;
import io.mobula.info.PeerChannelInfo;
import io.mobula.internal.cluster.Peer;
import io.mobula.internal.schedule.ScheduleExplorer;
import io.mobula.internal.schedule.SimulatedActors;
import io.mobula.internal.schedule.SimulatedScheduler;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Frames between two processes whose envelopes and acknowledgements are lost, delayed and sent
 * again, and which learn of each other at different times.
 */
class PeerTransportScheduleTest {
  @Test
  void everyFrameComesOnceAndInOrder() {
    ScheduleExplorer.explore("lanes", 30, scheduler -> new Simulation(scheduler).run());
  }

  private static final class Simulation {
    private static final int MAX_STEPS = 20_000;
    private static final int MAX_ROUNDS = 400;

    private final SimulatedScheduler scheduler;
    private final Map<NodeId, SimulatedPeer> simulatedPeers = new LinkedHashMap<>();
    private boolean calm;

    Simulation(SimulatedScheduler scheduler) {
      this.scheduler = scheduler;
      for (int id = 1; id <= 2; id++) {
        var simulatedPeer = new SimulatedPeer(SimulatedTransport.peer(id, Peer.Role.NODE));
        simulatedPeers.put(simulatedPeer.lanes.self().id(), simulatedPeer);
      }
      scheduler.afterEach(this::put);
    }

    private SimulatedPeer other(SimulatedPeer simulatedPeer) {
      return simulatedPeers.values().stream()
          .filter(each -> each != simulatedPeer)
          .findFirst()
          .orElseThrow();
    }

    /** Delivers what has been sent, or loses it. */
    private void put() {
      for (var simulatedPeer : simulatedPeers.values()) {
        simulatedPeer.lanes.takeParcels((to, envelope) -> {
          var what = simulatedPeer.lanes.self().id() + " > " + to + ": " + envelope.sequence()
              + ", has " + envelope.acknowledged();
          if (!calm && scheduler.decisions().oneIn(8)) {
            scheduler.note("lost: " + what);
          } else {
            scheduler.inOrder(
                "to " + to,
                "the wire to " + to,
                what,
                () -> simulatedPeers.get(to).inbox.tell(envelope));
          }
        });
      }
    }

    void run() {
      for (int actions = 20 + scheduler.decisions().next(200); actions > 0; actions--) {
        act();
        put();
      }
      scheduler.note("-- nothing is lost any more");
      calm = true;
      simulatedPeers.values().forEach(simulatedPeer -> simulatedPeer.meet(other(simulatedPeer)));
      for (int rounds = 0; !simulatedPeers.values().stream().allMatch(this::isDone); rounds++) {
        assertThat(rounds).as("rounds of timers until all has come").isLessThan(MAX_ROUNDS);
        scheduler.settle(MAX_STEPS);
        simulatedPeers.values().forEach(side -> side.actors.fireTimers());
        put();
      }
    }

    /** Returns whether everything it has sent has arrived and is acknowledged. */
    private boolean isDone(SimulatedPeer simulatedPeer) {
      return other(simulatedPeer).received == simulatedPeer.sent
          && simulatedPeer.lanes.peerTransport().traffic().stream()
              .allMatch(lane -> lane.outstanding().equals(new PeerChannelInfo.FrameTotals(0, 0)));
    }

    private void act() {
      var simulatedPeer =
          simulatedPeers.get(new NodeId(1 + scheduler.decisions().next(2)));
      int what = scheduler.decisions().next(100);
      if (what < 60) {
        scheduler.next();
      } else if (what < 80) {
        simulatedPeer.send(1 + scheduler.decisions().next(3), 0);
      } else if (what < 82) {
        simulatedPeer.send(
            1,
            SendWindow.PART * (1 + scheduler.decisions().next(3))
                - 4
                + scheduler.decisions().next(9));
      } else if (what < 83) {
        simulatedPeer.send(SendWindow.WINDOW + 200, 0);
      } else if (what < 96) {
        simulatedPeer.actors.fireOne();
      } else {
        simulatedPeer.meet(other(simulatedPeer));
      }
    }

    /** Process at one end of the frames. */
    private final class SimulatedPeer {
      final SimulatedTransport lanes;
      final SimulatedActors actors;
      final ActorRef<ArteryFrameReceiver.Command> inbox;
      int sent;
      int received;

      SimulatedPeer(Peer self) {
        lanes = new SimulatedTransport(self);
        actors = new SimulatedActors(scheduler, self.id().toString());
        inbox = actors.spawn(
            ArteryFrameReceiver.create(lanes.peerTransport().channels(), this::received), "inbox");
      }

      void meet(SimulatedPeer other) {
        if (lanes.peer(other.lanes.self().id()) == null) {
          scheduler.note(lanes.self().id() + " meets the other");
          lanes.join(other.lanes.self());
        }
      }

      void send(int frames, int bytes) {
        var to = other(this).lanes.self().id();
        if (lanes.peer(to) == null) {
          return;
        }
        scheduler.note(lanes.self().id() + " sends " + frames);
        for (int i = 0; i < frames; i++) {
          var frame = ByteBuffer.allocate(Math.max(4, bytes)).putInt(0, sent++).array();
          assertThat(lanes.peerTransport().send(to, frame)).isTrue();
        }
      }

      private void received(NodeId from, byte[] frame) {
        assertThat(ByteBuffer.wrap(frame).getInt()).as("the next frame").isEqualTo(received);
        received++;
      }
    }
  }
}
