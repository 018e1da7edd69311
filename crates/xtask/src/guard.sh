# Cleans up behind a session however the session ends: it reads what there is to clean up from its standard input, and
# acts when that input ends, which it does even when the session is killed.
#
#   directory PATH   to be removed at the end
#   postgres PID     a postmaster to be shut down at once
#   step PID         the process group that runs now; without a PID: none runs
#   server PID       the process group of a server, to be killed
#   servers-ended    the session has killed its servers itself
#   cgroup NAME      a control group that one of the servers makes
#   project NAME     a compose project in a Docker engine that is not the session's own
#   image NAME       an image in such an engine

trap '' INT TERM HUP
directory='' postgres='' step='' servers='' cgroup='' project='' images=''
while read -r kind value; do
    case $kind in
        directory) directory=$value ;;
        postgres) postgres=$value ;;
        step) step=$value ;;
        server) servers="$servers $value" ;;
        servers-ended) servers='' ;;
        cgroup) cgroup=$value ;;
        project) project=$value ;;
        image) images="$images $value" ;;
    esac
done

# Waits until the process has ended, ten seconds at most.
ended() {
    looks=0
    while kill -0 "$1" 2>/dev/null && [ "$looks" -lt 100 ]; do
        sleep 0.1
        looks=$((looks + 1))
    done
}

# What docker lists with these arguments and the project's label.
labelled() {
    docker "$@" --quiet --filter "label=com.docker.compose.project=$project"
}

[ -n "$step" ] && kill -s KILL -- "-$step" 2>/dev/null
if [ -n "$postgres" ]; then
    kill -s QUIT "$postgres" 2>/dev/null
    ended "$postgres"
fi
for server in $servers; do
    kill -s KILL -- "-$server" 2>/dev/null
    ended "$server"
done
if [ -n "$cgroup" ]; then
    looks=0
    while [ -n "$(find /sys/fs/cgroup -type d -name "$cgroup" -print -quit)" ] && [ "$looks" -lt 100 ]; do
        find /sys/fs/cgroup -depth -type d -path "*/$cgroup*" -exec rmdir {} + 2>/dev/null
        sleep 0.1
        looks=$((looks + 1))
    done
fi
if [ -n "$project" ]; then
    labelled ps --all | xargs -r docker rm --force --volumes >/dev/null 2>&1
    labelled volume ls | xargs -r docker volume rm --force >/dev/null 2>&1
    labelled network ls | xargs -r docker network rm >/dev/null 2>&1
fi
for image in $images; do
    docker image rm "$image" >/dev/null 2>&1
done
[ -n "$directory" ] && rm -rf -- "$directory"
