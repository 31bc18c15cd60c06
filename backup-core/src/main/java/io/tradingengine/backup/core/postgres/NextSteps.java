package io.tradingengine.backup.core.postgres;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The commands that an operator runs after a restore. */
final class NextSteps {
  private final RestoreScheme scheme;

  NextSteps(RestoreScheme scheme) {
    this.scheme = scheme;
  }

  List<String> commands() {
    String data = quoted(scheme.data().target());
    List<String> commands = new ArrayList<>();
    Optional<Owner> owner = scheme.owner();
    String as = owner.map(who -> "runuser -u " + who.name() + " -- ").orElse("");
    if (owner.map(Owner::isRoot).orElse(false)) {
      StringBuilder chown = new StringBuilder("chown -R postgres: ").append(data);
      scheme
          .tablespaces()
          .forEach(place -> chown.append(' ').append(quoted(place.place().target())));
      commands.add(chown + "   # PostgreSQL does not run as root");
      as = "runuser -u postgres -- ";
    }
    commands.add(as + tool("pg_verifybackup") + " " + data + "   # may be left out");
    commands.add(
        as
            + tool("pg_ctl")
            + " -D "
            + data
            + " -l "
            + quoted(scheme.data().target().resolve("startup.log"))
            + " -w start   # with -o '-p 5433' if another server listens on 5432");
    commands.add(as + "psql -h /tmp -d postgres -c '\\l+'   # look at the data");
    if (scheme.recovery().filter(RecoverySettings::pauses).isPresent()) {
      commands.add(
          as
              + "psql -h /tmp -d postgres -c 'SELECT pg_promote()'   # it is readable only: this opens"
              + " it for good");
    }
    commands.add(
        "diff -ru "
            + quoted(scheme.data().target().resolve(MinimalConfiguration.PRODUCTION))
            + " "
            + data
            + "   # take over what is wanted of production's settings before going live");
    return commands;
  }

  /** The tool of the backup's version, where Debian or Red Hat keep it; else that on the path. */
  private String tool(String name) {
    String version = scheme.contents().state().require("server-version");
    String major = version.split("[^0-9]", 2)[0];
    for (String folder : List.of("/usr/lib/postgresql/" + major, "/usr/pgsql-" + major)) {
      Path tool = Path.of(folder, "bin", name);
      if (Files.isExecutable(tool)) {
        return tool.toString();
      }
    }
    return name;
  }

  private static String quoted(Path path) {
    String text = path.toString();
    return text.matches("[A-Za-z0-9_./@%+=:,-]+") ? text : "'" + text.replace("'", "'\\''") + "'";
  }
}
