package io.mobula.internal.placement;

import io.mobula.NodeId;
import io.mobula.Resources;
import io.mobula.internal.cluster.Membership;
import io.mobula.internal.cluster.Peer;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.internal.lane.Lanes;
import io.mobula.internal.lane.Router;
import io.mobula.internal.ledger.Lease;
import io.mobula.internal.ledger.Ledger;
import io.mobula.internal.ledger.Requester;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Grants leases of this node to other nodes: takes their requests to the ledger, and ends what they
 * hold when they say so or leave. Safe for all threads.
 */
public final class LeaseDesk {
  static final int ASK = 32;
  static final int GRANTED = 33;
  static final int REDIRECTED = 34;
  static final int WITHDRAW = 35;
  /** Others wait for what a lease holds; the frame has its number. */
  public static final int RECALLED = 36;

  static final int RELEASE = 37;

  /** After so many redirects a request stays where it is. */
  static final int MOST_HOPS = 2;

  private final Ledger ledger;
  private final Lanes lanes;
  private final Elsewhere elsewhere;
  private final AtomicLong numbers = new AtomicLong();
  private final Map<Key, Guest> requests = new ConcurrentHashMap<>();
  private final Map<Long, Guest> granted = new ConcurrentHashMap<>();
  private final Map<Wanting.Purpose, Host> hosts = new EnumMap<>(Wanting.Purpose.class);
  private volatile boolean draining;

  private record Key(NodeId submitter, long request) {}

  /** What uses a lease on behalf of another node. */
  public interface Stay {
    /** The other node gives the lease back, or has left: let go of it soon. */
    void end();
  }

  /** What makes use of leases that other nodes are granted here. */
  @FunctionalInterface
  public interface Host {
    /** A lease is granted; it is the host's to release. Called on the ledger's thread. */
    Stay open(NodeId submitter, long number, Lease lease);
  }

  /** Whether another node could grant at once what this one cannot. */
  @FunctionalInterface
  public interface Elsewhere {
    /** That node, or null. */
    @Nullable
    NodeId find(Resources wanted);
  }

  /** Answers requests from now on. */
  public LeaseDesk(
      Ledger ledger, Membership membership, Lanes lanes, Router router, Elsewhere elsewhere) {
    this.ledger = ledger;
    this.lanes = lanes;
    this.elsewhere = elsewhere;
    router.on(ASK, this::onAsk).on(WITHDRAW, this::onWithdraw).on(RELEASE, this::onRelease);
    membership.subscribe(new Membership.Listener() {
      @Override
      public void joined(Peer peer) {}

      @Override
      public void left(Peer peer, String how) {
        onLeft(peer.id());
      }
    });
  }

  /** Says who makes use of leases for a purpose. */
  public void host(Wanting.Purpose purpose, Host host) {
    hosts.put(purpose, host);
  }

  /** Grants nothing more. */
  public void drain() {
    draining = true;
  }

  private void onAsk(NodeId from, FrameReader frame) {
    var guest = new Guest(
        from,
        frame.int64(),
        frame.choice(Wanting.Purpose.values()),
        readResources(frame),
        frame.text(),
        frame.octet());
    if (draining) {
      guest.redirect(from);
      return;
    }
    requests.put(guest.key(), guest);
    ledger.acquire(guest);
  }

  /** Writes amounts by name. */
  public static void writeResources(FrameWriter out, Resources wanted) {
    out.list(
        wanted.asUnits().entrySet(),
        (to, entry) -> to.text(entry.getKey()).int64(entry.getValue()));
  }

  /** Reads amounts by name. */
  public static Resources readResources(FrameReader frame) {
    var wanted = Resources.none();
    for (var entry : frame.list(in -> Map.entry(in.text(), in.int64()))) {
      wanted = wanted.withUnits(entry.getKey(), entry.getValue());
    }
    return wanted;
  }

  private void onWithdraw(NodeId from, FrameReader frame) {
    var guest = requests.remove(new Key(from, frame.int64()));
    if (guest != null) {
      guest.withdrawn = true;
      ledger.lookAgain();
    }
  }

  private void onRelease(NodeId from, FrameReader frame) {
    var guest = granted.remove(frame.int64());
    if (guest != null) {
      guest.end();
    }
  }

  private void onLeft(NodeId peer) {
    requests.values().removeIf(guest -> {
      boolean theirs = guest.submitter.equals(peer);
      guest.withdrawn |= theirs;
      return theirs;
    });
    ledger.lookAgain();
    granted.values().removeIf(guest -> {
      boolean theirs = guest.submitter.equals(peer);
      if (theirs) {
        guest.end();
      }
      return theirs;
    });
  }

  /** A request of another node, then its lease. */
  private final class Guest implements Requester {
    private final NodeId submitter;
    private final long request;
    private final Wanting.Purpose purpose;
    private final Resources wanted;
    private final String what;
    private final int hops;
    private final long number = numbers.incrementAndGet();
    private volatile boolean withdrawn;
    private @Nullable Stay stay;
    private boolean ended;

    Guest(
        NodeId submitter,
        long request,
        Wanting.Purpose purpose,
        Resources wanted,
        String what,
        int hops) {
      this.submitter = submitter;
      this.request = request;
      this.purpose = purpose;
      this.wanted = wanted;
      this.what = what;
      this.hops = hops;
    }

    Key key() {
      return new Key(submitter, request);
    }

    @Override
    public Resources wanted() {
      return wanted;
    }

    @Override
    public String what() {
      return what + " of node " + submitter;
    }

    @Override
    public boolean stillWants() {
      return !withdrawn;
    }

    @Override
    public boolean isForLife() {
      return purpose == Wanting.Purpose.ACTOR;
    }

    /** Once: before the request is queued here, another node that seems free is named. */
    @Override
    public void mustWait() {
      var better = hops < MOST_HOPS ? elsewhere.find(wanted) : null;
      if (better != null && !better.equals(submitter)) {
        redirect(better);
      }
    }

    void redirect(NodeId to) {
      withdrawn = true;
      requests.remove(key());
      lanes.send(
          submitter,
          new FrameWriter()
              .octet(REDIRECTED)
              .int64(request)
              .int64(to.incarnation())
              .octet(hops + 1)
              .toBytes());
    }

    @Override
    public void granted(Lease lease) {
      requests.remove(key());
      var host = hosts.get(purpose);
      if (withdrawn || host == null) {
        lease.release();
        return;
      }
      granted.put(number, this);
      open(host, lease);
      if (!lanes.send(
          submitter,
          new FrameWriter().octet(GRANTED).int64(request).int64(number).toBytes())) {
        granted.remove(number);
        end();
      }
    }

    private void open(Host host, Lease lease) {
      var opened = host.open(submitter, number, lease);
      boolean over;
      synchronized (this) {
        stay = opened;
        over = ended;
      }
      if (over) {
        opened.end();
      }
    }

    void end() {
      Stay present;
      synchronized (this) {
        ended = true;
        present = stay;
      }
      if (present != null) {
        present.end();
      }
    }

    @Override
    public void recalled(Lease lease) {
      lanes.send(submitter, new FrameWriter().octet(RECALLED).int64(number).toBytes());
    }
  }
}
