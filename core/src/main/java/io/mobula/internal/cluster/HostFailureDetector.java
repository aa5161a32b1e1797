package io.mobula.internal.cluster;

import akka.event.EventStream;
import akka.remote.FailureDetector;
import akka.remote.PhiAccrualFailureDetector;
import com.typesafe.config.Config;
import java.util.concurrent.TimeUnit;
import scala.Option;
import scala.concurrent.duration.Duration;
import scala.concurrent.duration.FiniteDuration;

/**
 * Akka Cluster's failure detector with what the host tells. A member that is silent is looked at
 * after a second already: one whose process is dead beyond doubt is found unreachable then, and one
 * of this host whose process gets on is not, however long its heartbeats wait for a processor. Its
 * clock stands still while this process does. Found by its name in the configuration.
 */
public final class HostFailureDetector extends PhiAccrualFailureDetector {
  /** A heartbeat comes every second. */
  private static final long SUSPICIOUS_MILLIS = 1_150;

  private final MemberLiveness evidence;
  private long silentMillis;

  /** For Akka Cluster. */
  public HostFailureDetector(Config config, EventStream events) {
    this(config, events, MemberLiveness.of(events));
  }

  private HostFailureDetector(Config config, EventStream events, MemberLiveness evidence) {
    super(
        config.getDouble("threshold"),
        config.getInt("max-sample-size"),
        duration(config, "min-std-deviation"),
        duration(config, "acceptable-heartbeat-pause"),
        duration(config, "heartbeat-interval"),
        Option.apply(events),
        new Clock(evidence));
    this.evidence = evidence;
  }

  private static FiniteDuration duration(Config config, String key) {
    return Duration.create(config.getDuration(key, TimeUnit.MILLISECONDS), TimeUnit.MILLISECONDS);
  }

  /** Milliseconds in which this process ran. */
  private static final class Clock extends FailureDetector.Clock {
    private final MemberLiveness evidence;

    Clock(MemberLiveness evidence) {
      this.evidence = evidence;
    }

    @Override
    public long apply$mcJ$sp() {
      return TimeUnit.NANOSECONDS.toMillis(evidence.nanos());
    }

    @Override
    public Object apply() {
      return apply$mcJ$sp();
    }
  }

  @Override
  public boolean isAvailable() {
    silentMillis = 0;
    boolean heard = super.isAvailable();
    if (silentMillis < SUSPICIOUS_MILLIS) {
      return heard;
    }
    var address = SystemAddress.hostAndPort(address());
    evidence.checkSuspect(address);
    return !evidence.isDead(address) && (heard || evidence.isAlive(address));
  }

  /** Akka asks this for the silence that it has measured, by the thread that asks the detector. */
  @Override
  public double phi(long timeDiff, double mean, double stdDeviation) {
    silentMillis = timeDiff;
    return super.phi(timeDiff, mean, stdDeviation);
  }
}
