// Messages to the engine, which shows them beside the resource in `pulumi up`.
//
// In: lines of text. Out: LogRequests; ephemeral ones live in the progress display only and leave no trace in the log.
package main

import (
	"context"
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/types/known/emptypb"
)

// engineLog sends messages to the engine; without one (unit tests) they go nowhere.
type engineLog struct{ client pulumirpc.EngineClient }

// resourceLog speaks for one resource.
type resourceLog struct {
	engine *engineLog
	urn    string
}

func (p *provider) connect(address string) error {
	connection, err := grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()), rpcutil.GrpcChannelOptions())
	if err != nil {
		return fmt.Errorf("connecting to the engine at %s: %w", address, err)
	}
	p.engine.Store(&engineLog{client: pulumirpc.NewEngineClient(connection)})
	return nil
}

// Attach tells a provider that already runs (a debugger's) where the engine is.
func (p *provider) Attach(_ context.Context, req *pulumirpc.PluginAttach) (*emptypb.Empty, error) {
	return &emptypb.Empty{}, p.connect(req.GetAddress())
}

func (p *provider) log() *engineLog {
	if engine := p.engine.Load(); engine != nil {
		return engine
	}
	return &engineLog{}
}

func (l *engineLog) forResource(urn string) resourceLog { return resourceLog{engine: l, urn: urn} }

func (l *engineLog) info(urn, message string) {
	l.send(&pulumirpc.LogRequest{Severity: pulumirpc.LogSeverity_INFO, Urn: urn, Message: message})
}

// progress shows a line while it is news.
func (r resourceLog) progress(message string) {
	r.engine.send(&pulumirpc.LogRequest{Severity: pulumirpc.LogSeverity_INFO, Urn: r.urn, Message: message, Ephemeral: true})
}

func (r resourceLog) warn(message string) {
	r.engine.send(&pulumirpc.LogRequest{Severity: pulumirpc.LogSeverity_WARNING, Urn: r.urn, Message: message})
}

// send drops errors: a build must not fail because its progress could not be shown.
func (l *engineLog) send(request *pulumirpc.LogRequest) {
	if l.client != nil {
		_, _ = l.client.Log(context.Background(), request)
	}
}
